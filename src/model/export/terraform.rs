//! Terraform: an import block and the resource that it fills.

mod hcl;

use std::collections::HashSet;

use self::hcl::{aligned, expression, identifier, quoted};
use super::{Definition, Exported, json};

const RESOURCE: &str = "aws_eks_pod_identity_association";

/// Writes associations one by one; remembers which names are taken.
#[derive(Debug, Default)]
pub struct Terraform {
    names: HashSet<String>,
    providers: HashSet<String>,
    several: bool,
}

impl Terraform {
    /// For associations of one account and region: the reader's default provider is theirs.
    pub fn one_place() -> Self {
        Self::default()
    }

    /// For associations of several accounts or regions: each place gets a provider of its own.
    ///
    /// An alias serves where the resource's `region` argument would not: it also tells accounts apart, it
    /// works with every version of the provider, and the import id stays as documented.
    pub fn several_places() -> Self {
        Self {
            several: true,
            ..Self::default()
        }
    }

    /// The blocks of one association, or the comment that says why there are none.
    pub fn blocks(&mut self, row: Exported<'_>) -> String {
        match row.definition() {
            Ok(definition) => self.defined(definition),
            Err(skip) => format!("{}\n", row.skipped(&skip)),
        }
    }

    fn defined(&mut self, row: Definition<'_>) -> String {
        let cluster = &row.association.key.cluster;
        let mut blocks = Vec::new();
        let mut provider_line = String::new();
        if self.several {
            let alias = identifier(&format!("aws_{}_{}", cluster.account(), cluster.region()));
            provider_line = format!("  provider = aws.{alias}\n\n");
            if !self.providers.contains(&alias) {
                blocks.push(provider(&alias, row));
                self.providers.insert(alias);
            }
        }
        let name = self.name(row);
        let id = quoted(&format!("{},{}", cluster.name(), row.association.key.id));
        blocks.push(format!(
            "import {{\n  to = {RESOURCE}.{name}\n  id = {id}\n}}\n"
        ));
        let arguments = arguments(row);
        blocks.push(format!(
            "resource \"{RESOURCE}\" \"{name}\" {{\n{provider_line}{arguments}}}\n"
        ));
        blocks.join("\n")
    }

    /// A name that no earlier block has: the readable one, else with the id, else with a number.
    fn name(&mut self, row: Definition<'_>) -> String {
        let association = row.association;
        let readable = identifier(&format!(
            "{}_{}_{}",
            association.key.cluster.name(),
            association.namespace,
            association.service_account
        ));
        let with_id = identifier(&format!("{readable}_{}", association.key.id));
        let numbered = (2_u64..).map(|number| format!("{with_id}_{number}"));
        let mut names = [readable, with_id.clone()].into_iter().chain(numbered);
        names
            .find(|name| self.names.insert(name.clone()))
            .unwrap_or_else(|| with_id.clone())
    }
}

/// The provider of an account and region, which refuses to work on any other account.
fn provider(alias: &str, row: Definition<'_>) -> String {
    let cluster = &row.association.key.cluster;
    let accounts = format!("[{}]", quoted(cluster.account()));
    let mut arguments = vec![
        ("alias".to_owned(), quoted(alias)),
        ("region".to_owned(), quoted(cluster.region())),
        ("allowed_account_ids".to_owned(), accounts),
    ];
    if let Some(profile) = row.profile {
        arguments.push(("profile".to_owned(), quoted(profile)));
    }
    format!("provider \"aws\" {{\n{}}}\n", aligned(&arguments, 2))
}

fn arguments(row: Definition<'_>) -> String {
    let (association, detail) = (row.association, row.detail);
    let mut arguments = vec![
        ("cluster_name", quoted(association.key.cluster.name())),
        ("namespace", quoted(&association.namespace)),
        ("service_account", quoted(&association.service_account)),
        ("role_arn", quoted(row.role)),
    ];
    if let Some(target) = &detail.target_role {
        arguments.push(("target_role_arn", quoted(target)));
    }
    if let Some(disabled) = detail.session_tags_disabled {
        arguments.push(("disable_session_tags", disabled.to_string()));
    }
    let arguments = arguments
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value));
    let mut text = aligned(&arguments.collect::<Vec<_>>(), 2);

    if let Some(policy) = detail.policy() {
        let policy = json::parsed_exactly(policy).map_or_else(
            // Kept letter by letter where jsonencode would not give it back.
            || quoted(policy),
            |value| format!("jsonencode({})", expression(&value, 2)),
        );
        text.extend(["\n  policy = ", &policy, "\n"]);
    }
    let tags = detail
        .tags()
        .map(|(key, value)| (quoted(key), quoted(value)));
    let tags: Vec<_> = tags.collect();
    if !tags.is_empty() {
        text.extend(["\n  tags = {\n", &aligned(&tags, 4), "  }\n"]);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::export::tests::{HOSTILE, association, full};
    use crate::model::text::is_hidden;
    use ::hcl::eval::{Context, Evaluate, FuncArgs, FuncDef, ParamType};
    use proptest::prelude::*;
    use serde_json::Value;

    #[expect(
        clippy::needless_pass_by_value,
        reason = "the evaluator calls it like this"
    )]
    fn jsonencode(arguments: FuncArgs) -> Result<::hcl::Value, String> {
        serde_json::to_string(&arguments[0])
            .map(::hcl::Value::from)
            .map_err(|error| error.to_string())
    }

    fn value(body: &::hcl::Body, name: &str) -> Option<Value> {
        let mut attributes = body.attributes();
        let attribute = attributes.find(|attribute| attribute.key() == name)?;
        let mut context = Context::new();
        let function = FuncDef::builder().param(ParamType::Any).build(jsonencode);
        context.declare_func("jsonencode", function);
        let value = attribute.expr().evaluate(&context).unwrap();
        Some(serde_json::to_value(value).unwrap())
    }

    fn blocks(text: &str, kind: &str) -> Vec<::hcl::Block> {
        let body: ::hcl::Body = ::hcl::parse(text).unwrap();
        body.into_blocks()
            .filter(|block| block.identifier() == kind)
            .collect()
    }

    #[test]
    fn one_association_reads_like_hand_written_terraform() {
        let policy = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
            "Action": ["s3:GetObject"], "Resource": "arn:aws:s3:::x/${aws:PrincipalTag/a}"}]}"#;
        let tags = [("team", "payments"), ("cost-center", "42")];
        let (association, detail) = (association(None), full(&tags, Some(policy)));
        let row = Exported {
            association: &association,
            detail: Ok(&detail),
            profile: Some("prod"),
        };
        assert_eq!(
            Terraform::one_place().blocks(row),
            r#"import {
  to = aws_eks_pod_identity_association.shop_payments_api
  id = "shop,a-1b2c3d4e5f6g7h8i9"
}

resource "aws_eks_pod_identity_association" "shop_payments_api" {
  cluster_name         = "shop"
  namespace            = "payments"
  service_account      = "api"
  role_arn             = "arn:aws:iam::111122223333:role/team/payments-api"
  target_role_arn      = "arn:aws:iam::444455556666:role/vault-reader"
  disable_session_tags = true

  policy = jsonencode({
    "Version" = "2012-10-17"
    "Statement" = [
      {
        "Effect"   = "Allow"
        "Action"   = ["s3:GetObject"]
        "Resource" = "arn:aws:s3:::x/$${aws:PrincipalTag/a}"
      },
    ]
  })

  tags = {
    "cost-center" = "42"
    "team"        = "payments"
  }
}
"#
        );
    }

    #[test]
    fn names_are_valid_and_unique_and_places_have_providers() {
        let detail = full(&[], None);
        let mut writer = Terraform::several_places();
        let mut text = String::new();
        for (namespace, account) in [("a.b", "sa"), ("a_b", "sa"), ("9", "x"), ("a.b", "sa")] {
            let mut association = association(None);
            association.namespace = namespace.into();
            association.service_account = account.into();
            text.push_str(&writer.blocks(Exported {
                association: &association,
                detail: Ok(&detail),
                profile: Some("prod"),
            }));
        }
        let resources = blocks(&text, "resource");
        let names: Vec<_> = resources
            .iter()
            .map(|block| block.labels()[1].as_str())
            .collect();
        let second = "shop_a_b_sa_a-1b2c3d4e5f6g7h8i9";
        assert_eq!(
            names,
            ["shop_a_b_sa", second, "shop_9_x", &format!("{second}_2")]
        );
        let providers = blocks(&text, "provider");
        assert_eq!(providers.len(), 1);
        let provider = providers[0].body();
        assert_eq!(value(provider, "region").unwrap(), "us-west-2");
        assert_eq!(value(provider, "profile").unwrap(), "prod");
        assert!(text.contains("  provider = aws.aws_111122223333_us-west-2\n"));
    }

    #[test]
    fn owned_associations_are_only_mentioned() {
        let owner = "arn:aws:eks:us-west-2:111122223333:addon/shop/vpc-cni/8ac1";
        let (association, detail) = (association(Some(owner)), full(&[], None));
        let text = Terraform::one_place().blocks(Exported {
            association: &association,
            detail: Ok(&detail),
            profile: None,
        });
        assert!(text.starts_with("# skipped payments/api"), "{text}");
        assert_eq!(text.lines().count(), 1);
    }

    /// The tag, the namespace and the policy as a Terraform parser reads them.
    fn read_back(tag: &str, policy: &str) -> (String, String, String) {
        let detail = full(&[("key", tag)], Some(policy));
        let mut association = association(None);
        association.namespace = tag.into();
        let text = Terraform::one_place().blocks(Exported {
            association: &association,
            detail: Ok(&detail),
            profile: None,
        });
        assert!(!text.chars().any(|c| c != '\n' && is_hidden(c)));
        let resource = blocks(&text, "resource").remove(0);
        let read = |value: Value| value.as_str().unwrap().to_owned();
        let member = |name| value(resource.body(), name).unwrap();
        (
            read(member("tags")["key"].clone()),
            read(member("namespace")),
            read(member("policy")),
        )
    }

    #[test]
    fn hostile_text_stays_text() {
        let policy = serde_json::json!({ HOSTILE: [HOSTILE, 1, null, {"x": []}] }).to_string();
        let (tag, namespace, read) = read_back(HOSTILE, &policy);
        assert_eq!((&*tag, &*namespace), (HOSTILE, HOSTILE));
        let parse = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        assert_eq!(parse(&read), parse(&policy));
        let broken = "{\"not\": json ${x}";
        assert_eq!(read_back("x", broken).2, broken);
    }

    proptest! {
        #[test]
        fn every_text_comes_back(text in any::<String>(), braces in "[$%{}a]{0,8}") {
            let text = format!("{braces}{text}{braces}");
            let (tag, namespace, policy) = read_back(&text, &text);
            prop_assert_eq!((&tag, &namespace), (&text, &text));
            // A text that happens to be JSON may come back in another notation.
            let parse = |text: &str| serde_json::from_str::<Value>(text).ok();
            prop_assert!(policy == text || parse(&policy) == parse(&text));
        }
    }
}
