//! Roles and OIDC providers of IAM.

use super::{Page, Session};
use crate::cloud::{Urgency, convert};
use crate::model::export::document;
use crate::model::{Described, Failure, RoleDetail, Text};

/// Each role brings its trust policy along, so a page is a tenth of what IAM would give at once.
const PAGE: i32 = 100;

impl Session {
    /// A role of the route's own account, by its name without its path.
    pub async fn role(
        &self,
        urgency: Urgency,
        name: &str,
    ) -> Result<Described<RoleDetail>, Failure> {
        let call = self.iam_call("GetRole", urgency, &format!("read role {name}"));
        let ask = || self.iam.get_role().role_name(name).send();
        let answer = self.call(&call, ask).await?;
        let role = convert::required(answer.role(), "Role", &call.doing)?;
        let value = convert::role(role, &call.doing)?;
        // IAM answers in XML, so the document is written from the values, as the AWS CLI would.
        let document = document::role(&value);
        Ok(Described { value, document })
    }

    /// Roles of the account; a list leaves out tags, permissions boundary and last use.
    pub async fn list_roles(
        &self,
        urgency: Urgency,
        token: Option<&str>,
    ) -> Result<Page<RoleDetail>, Failure> {
        let call = self.iam_call("ListRoles", urgency, "list roles");
        let ask = || {
            self.iam
                .list_roles()
                .max_items(PAGE)
                .set_marker(token.map(str::to_owned))
                .send()
        };
        let answer = self.call(&call, ask).await?;
        let roles = answer.roles().iter();
        let roles = roles
            .map(|role| convert::role(role, &call.doing))
            .collect::<Result<_, _>>()?;
        let next = answer.marker().filter(|_| answer.is_truncated());
        Ok(Page::new(roles, next))
    }

    /// ARNs of the account's OIDC providers: IRSA needs that of the cluster's issuer to be among them.
    pub async fn oidc_providers(&self, urgency: Urgency) -> Result<Vec<Text>, Failure> {
        let call = self.iam_call("ListOpenIDConnectProviders", urgency, "list OIDC providers");
        let ask = || self.iam.list_open_id_connect_providers().send();
        let answer = self.call(&call, ask).await?;
        let providers = answer.open_id_connect_provider_list().iter();
        Ok(providers
            .filter_map(|one| one.arn())
            .map(Text::from)
            .collect())
    }

    /// The audiences of an OIDC provider, by its ARN: IRSA needs that of STS to be among them.
    pub async fn oidc_audiences(&self, urgency: Urgency, arn: &str) -> Result<Vec<Text>, Failure> {
        let what = format!("read OIDC provider {arn}");
        let call = self.iam_call("GetOpenIDConnectProvider", urgency, &what);
        let ask = || {
            let request = self.iam.get_open_id_connect_provider();
            request.open_id_connect_provider_arn(arn).send()
        };
        let answer = self.call(&call, ask).await?;
        let audiences = answer.client_id_list().iter();
        Ok(audiences.map(|id| id.as_str().into()).collect())
    }
}
