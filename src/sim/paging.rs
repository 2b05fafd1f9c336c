//! Pages and the opaque tokens that lead from one to the next.

use uuid::Uuid;

use super::call::Call;
use super::failure::{Code, Failure};
use super::operation::Service;
use super::sigv4::{hexadecimal, mac};

const DEFAULT_SIZE: usize = 100;
const MAC_DIGITS: usize = 32;

/// Makes and reads page tokens of one server.
#[derive(Debug)]
pub(crate) struct Pager {
    secret: Uuid,
}

/// Some items, and the token for the following ones.
#[derive(Debug)]
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    pub(crate) next: Option<String>,
}

struct Names {
    size: &'static str,
    token: &'static str,
    largest: usize,
}

impl Pager {
    pub(crate) fn new() -> Self {
        Self {
            secret: Uuid::new_v4(),
        }
    }

    /// Spells the key of the last item given out, sealed for the same question only.
    fn seal(&self, question: &str, key: &str) -> String {
        let digest = hexadecimal(&mac(
            self.secret.as_bytes(),
            format!("{question}\n{key}").as_bytes(),
        ));
        let seal: String = digest.chars().take(MAC_DIGITS).collect();
        format!("{seal}{}", hexadecimal(key.as_bytes()))
    }

    fn open(&self, question: &str, token: &str) -> Option<String> {
        let spelled = token.get(MAC_DIGITS..)?;
        let bytes: Option<Vec<u8>> = (0..spelled.len())
            .step_by(2)
            .map(|start| u8::from_str_radix(spelled.get(start..start + 2)?, 16).ok())
            .collect();
        let key = String::from_utf8(bytes?).ok()?;
        (self.seal(question, &key) == token).then_some(key)
    }
}

impl Call<'_> {
    /// Cuts the page that was asked for out of items in ascending order of their keys.
    ///
    /// A token names the last key rather than a position, so that nothing is skipped when an item goes away in between.
    pub(crate) fn page<K: AsRef<str>, T>(
        &self,
        items: impl Iterator<Item = (K, T)>,
    ) -> Result<Page<T>, Failure> {
        let names = self.names();
        let size = self.page_size(&names)?;
        let question = self.question(&names);
        let after = match self.parameter(names.token) {
            None => None,
            Some(token) => Some(
                self.pager
                    .open(&question, token)
                    .ok_or_else(|| self.refused(format!("The {} is invalid.", names.token)))?,
            ),
        };
        let mut rest = items.skip_while(|(key, _)| {
            after
                .as_ref()
                .is_some_and(|after| key.as_ref() <= after.as_str())
        });
        let mut last = None;
        let mut page = Vec::new();
        for (key, item) in rest.by_ref().take(size) {
            page.push(item);
            last = Some(key);
        }
        let next = match (rest.next(), last) {
            (Some(_), Some(key)) => Some(self.pager.seal(&question, key.as_ref())),
            _ => None,
        };
        Ok(Page { items: page, next })
    }

    fn page_size(&self, names: &Names) -> Result<usize, Failure> {
        let cap = self.page_cap.unwrap_or(usize::MAX);
        let Some(text) = self.parameter(names.size) else {
            return Ok(DEFAULT_SIZE.min(cap));
        };
        match text.parse::<usize>() {
            Ok(size) if (1..=names.largest).contains(&size) => Ok(size.min(cap)),
            _ => Err(self.refused(format!(
                "{} must be a number from 1 to {}, not '{text}'.",
                names.size, names.largest
            ))),
        }
    }

    fn names(&self) -> Names {
        match self.operation.service {
            Service::Eks | Service::EksAuth | Service::Kubernetes => Names {
                size: "maxResults",
                token: "nextToken",
                largest: 100,
            },
            Service::Iam | Service::Sts => Names {
                size: "MaxItems",
                token: "Marker",
                largest: 1000,
            },
        }
    }

    fn refused(&self, message: String) -> Failure {
        match self.operation.service {
            Service::Eks | Service::EksAuth | Service::Kubernetes => {
                self.about_cluster(Failure::invalid_parameter(message))
            }
            Service::Iam | Service::Sts => Failure::new(Code::Validation, message),
        }
    }

    /// Names everything that must stay the same from page to page.
    fn question(&self, names: &Names) -> String {
        let mut parameters: Vec<_> = self
            .parameters
            .iter()
            .filter(|(key, _)| key != names.size && key != names.token)
            .collect();
        parameters.sort();
        format!(
            "{} {} {} {:?} {parameters:?}",
            self.operation.name, self.caller.account, self.region, self.labels
        )
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::Map;

    use super::*;
    use crate::sim::operation::operations;
    use crate::sim::state::Caller;

    fn call<'a>(pager: &'a Pager, caller: &'a Caller, parameters: &[(&str, &str)]) -> Call<'a> {
        Call {
            operation: operations()
                .iter()
                .find(|row| row.name == "ListClusters")
                .unwrap(),
            caller,
            region: "eu-west-1",
            now: Timestamp::UNIX_EPOCH,
            labels: Vec::new(),
            parameters: parameters
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect(),
            body: Map::new(),
            pager,
            page_cap: None,
        }
    }

    fn caller() -> Caller {
        Caller {
            account: "1".to_owned(),
            arn: String::new(),
            user_id: String::new(),
        }
    }

    fn keyed(keys: &[&'static str]) -> impl Iterator<Item = (&'static str, &'static str)> {
        keys.iter().map(|key| (*key, *key))
    }

    #[test]
    fn pages_of_one_collect_everything_although_items_go_away() {
        let (pager, caller) = (Pager::new(), caller());
        let first = call(&pager, &caller, &[("maxResults", "2")]).page(keyed(&["a", "b", "c"]));
        let first = first.unwrap();
        assert_eq!(first.items, ["a", "b"]);
        let token = first.next.unwrap();
        let second = call(
            &pager,
            &caller,
            &[("maxResults", "2"), ("nextToken", &token)],
        );
        let page = second.page(keyed(&["c", "d"])).unwrap();
        assert_eq!((page.items, page.next), (vec!["c", "d"], None));
    }

    #[test]
    fn foreign_tokens_are_refused() {
        let (pager, caller) = (Pager::new(), caller());
        let token = call(&pager, &caller, &[("maxResults", "1")])
            .page(keyed(&["a", "b"]))
            .unwrap()
            .next;
        let token = token.unwrap();
        let other = Pager::new();
        for parameters in [
            vec![("nextToken", "nonsense")],
            vec![("nextToken", "")],
            vec![("nextToken", token.as_str()), ("include", "all")],
        ] {
            assert!(
                call(&pager, &caller, &parameters)
                    .page(keyed(&["a", "b"]))
                    .is_err()
            );
        }
        let foreign = call(&other, &caller, &[("nextToken", &token)]);
        assert!(foreign.page(keyed(&["a", "b"])).is_err());
    }

    #[test]
    fn sizes_outside_the_limits_are_refused() {
        let (pager, caller) = (Pager::new(), caller());
        for size in ["0", "101", "-1", "x", ""] {
            let page = call(&pager, &caller, &[("maxResults", size)]).page(keyed(&["a"]));
            assert!(page.is_err(), "{size}");
        }
        let mut capped = call(&pager, &caller, &[("maxResults", "100")]);
        capped.page_cap = Some(1);
        assert_eq!(capped.page(keyed(&["a", "b"])).unwrap().items, ["a"]);
    }
}
