//! How what is typed becomes a plan.

use super::{ChangeForm, KnownRole, Purpose, own_tags};
use crate::app::line::Line;
use crate::model::Text;
use crate::model::plan::{
    Basis, Draft, Field, Invalid, New, Plan, Rule, Setting, TagEdit, name_of_role,
};

impl ChangeForm {
    /// The plans of what is typed, one after the other, or every rule that it breaks; none if nothing differs.
    pub fn plans(&self, basis: Basis) -> Result<Vec<Plan>, Vec<Invalid>> {
        let plans = self.plans_of_typed(basis);
        plans.map_err(|wrong| wrong.into_iter().map(|one| self.named(one)).collect())
    }

    /// Whoever typed a name, or a part of one, is told of names, and not of ARNs.
    fn named(&self, wrong: Invalid) -> Invalid {
        let line = match (&wrong.field, &wrong.rule) {
            (Field::Role, Rule::NotAnArn(_)) => &self.role,
            (Field::TargetRole, Rule::NotAnArn(_)) => &self.target_role,
            _ => return wrong,
        };
        let text = line.text();
        match name_of_role(&text) {
            Some(name) if self.listing.value().is_some() => {
                let name = name.to_owned();
                Invalid::new(wrong.field, Rule::NotOffered { name })
            }
            _ => wrong,
        }
    }

    fn plans_of_typed(&self, basis: Basis) -> Result<Vec<Plan>, Vec<Invalid>> {
        if let (Purpose::Create, Some(before)) = (self.purpose, &self.before) {
            let (pairs, wrong) = self.pairs();
            let set = pairs.iter().map(|(k, v)| (k.as_str(), v.as_str()));
            return match (self.draft().read(&self.cluster), TagEdit::of(set, [])) {
                (Ok(edit), Ok(tags)) if wrong.is_empty() => {
                    Plan::edited(&basis, before, &edit, &tags)
                }
                (edit, tags) => {
                    let mut all = edit.err().unwrap_or_default();
                    all.extend(tags.err().into_iter().flatten());
                    all.extend(wrong);
                    Err(all)
                }
            };
        }
        let plan = self.plan(basis)?;
        Ok(if plan.diff().is_empty() {
            Vec::new()
        } else {
            vec![plan]
        })
    }

    fn plan(&self, basis: Basis) -> Result<Plan, Vec<Invalid>> {
        match (self.purpose, &self.before) {
            (Purpose::Tags, Some(before)) => {
                let edit = self.tag_edit(&own_tags(&before.value))?;
                Plan::tag(basis, before.clone(), &edit)
            }
            (_, Some(before)) => {
                let edit = self.draft().read(&self.cluster)?;
                let (namespace, name) = (self.namespace.text(), self.service_account.text());
                Plan::relocate(basis, before.clone(), namespace.trim(), name.trim(), edit)
            }
            (_, None) => {
                let (pairs, wrong) = self.pairs();
                let pairs: Vec<_> = pairs
                    .iter()
                    .map(|(k, v)| (k.as_str(), v.as_str()))
                    .collect();
                let (namespace, name) = (self.namespace.text(), self.service_account.text());
                let new = New::read(
                    &self.cluster,
                    namespace.trim(),
                    name.trim(),
                    &self.draft(),
                    pairs,
                );
                match new {
                    Ok(new) if wrong.is_empty() => Plan::create(basis, self.cluster.clone(), new),
                    Ok(_) => Err(wrong),
                    Err(more) => Err(more.into_iter().chain(wrong).collect()),
                }
            }
        }
    }

    /// What is typed, without what was not touched: a value that AWS sent is right by definition.
    fn draft(&self) -> Draft {
        let detail = self.before.as_ref().map(|before| &before.value.detail);
        // In a creation that turned into a change, what is left empty stays.
        let keeps_empty = self.purpose == Purpose::Create && detail.is_some();
        let is_new = detail.is_none();
        let typed = |line: &Line, found: Option<&Text>| {
            let text = line.text().trim().to_owned();
            let untouched = found.is_some_and(|found| **found == *text);
            let kept = untouched || text.is_empty() && keeps_empty;
            (!kept).then(|| self.resolved(text))
        };
        let role = typed(&self.role, detail.and_then(|detail| detail.role.as_ref()));
        let role = role.filter(|text| !(is_new && text.is_empty()));
        let target = detail.and_then(|detail| detail.target_role.as_ref());
        let target_role = match typed(&self.target_role, target) {
            None => Setting::Keep,
            Some(text) if text.is_empty() && is_new => Setting::Keep,
            Some(text) if text.is_empty() => Setting::Clear,
            Some(text) => Setting::Set(text),
        };
        let text = self.policy.text();
        let policy = if text == self.shown_policy {
            Setting::Keep
        } else if !self.policy.is_blank() {
            Setting::Set(text)
        } else if is_new || keeps_empty {
            Setting::Keep
        } else {
            Setting::Clear
        };
        Draft {
            role,
            target_role,
            session_tags: self.session_tags,
            policy,
        }
    }

    /// The ARN of a role that was typed by its name.
    fn resolved(&self, text: String) -> String {
        let named = |role: &&KnownRole| role.name() == text;
        let mut found = self.roles.iter().filter(named);
        match (found.next(), found.next()) {
            (Some(only), None) => only.arn.to_string(),
            _ => text,
        }
    }

    fn tag_edit(
        &self,
        found: &std::collections::BTreeMap<Text, Text>,
    ) -> Result<TagEdit, Vec<Invalid>> {
        let (pairs, mut wrong) = self.pairs();
        // A key in two lines is refused; only then do the lines say what goes.
        let gone = found
            .keys()
            .filter(|key| !pairs.iter().any(|(typed, _)| *typed == ***key));
        let set = pairs
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()));
        // What is so already need not keep the rules of today.
        let set = set.filter(|(key, value)| {
            let before = found.get(*key).map(|value| &**value);
            before != Some(*value) || pairs.iter().filter(|(typed, _)| typed == key).count() > 1
        });
        match TagEdit::of(set, gone.map(|key| &**key)) {
            Ok(edit) if wrong.is_empty() => Ok(edit),
            Ok(_) => Err(wrong),
            Err(more) => {
                wrong.extend(more);
                Err(wrong)
            }
        }
    }

    /// The lines of tags as pairs, and the lines that are none.
    fn pairs(&self) -> (Vec<(String, String)>, Vec<Invalid>) {
        let (mut pairs, mut wrong) = (Vec::new(), Vec::new());
        for line in self.tags.lines() {
            let line = line.trim();
            if line.is_empty() {
                continue;
            }
            match line.split_once('=') {
                Some((key, value)) => pairs.push((key.trim().to_owned(), value.trim().to_owned())),
                None => wrong.push(Invalid::new(Field::Tag(line.into()), Rule::NotATag)),
            }
        }
        (pairs, wrong)
    }
}
