//! What IAM's simulator says of a principal.

use aws_sdk_iam::types::{
    ContextEntry, ContextKeyTypeEnum, OrganizationsDecisionDetail,
    PermissionsBoundaryDecisionDetail,
};

use super::Session;
use crate::cloud::Urgency;
use crate::model::preflight::{Decision, Need, Simulated};
use crate::model::{Failure, Text};

impl Session {
    /// Asks whether a user or a role may do something; a session of a role is asked about by its role.
    pub async fn simulate(
        &self,
        urgency: Urgency,
        principal: &str,
        need: &Need,
    ) -> Result<Vec<Simulated>, Failure> {
        let what = format!("ask IAM whether {principal} may use {}", need.action);
        let call = self.iam_call("SimulatePrincipalPolicy", urgency, &what);
        let context = need.context.iter();
        let context: Vec<ContextEntry> = context
            .map(|(key, value)| {
                ContextEntry::builder()
                    .context_key_name(&**key)
                    .context_key_values(&**value)
                    .context_key_type(ContextKeyTypeEnum::String)
                    .build()
            })
            .collect();
        let ask = || {
            self.iam
                .simulate_principal_policy()
                .policy_source_arn(principal)
                .action_names(&*need.action)
                .resource_arns(&*need.resource)
                .set_context_entries((!context.is_empty()).then(|| context.clone()))
                .send()
        };
        let answer = self.call(&call, ask).await?;
        let results = answer.evaluation_results().iter();
        Ok(results
            .map(|result| Simulated {
                action: result.eval_action_name().into(),
                resource: need.resource.clone(),
                decision: Decision::of(result.eval_decision().as_str()),
                missing_context: result
                    .missing_context_values()
                    .iter()
                    .map(|key| Text::from(key.as_str()))
                    .collect(),
                by_organisation: result
                    .organizations_decision_detail()
                    .map(OrganizationsDecisionDetail::allowed_by_organizations),
                by_boundary: result
                    .permissions_boundary_decision_detail()
                    .map(PermissionsBoundaryDecisionDetail::allowed_by_permissions_boundary),
            })
            .collect())
    }
}
