//! Which faults meet a request.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::{Effect, Fault, shape};
use crate::sim::failure::{Code, Failure};

/// The faults in force.
#[derive(Debug, Default)]
pub(crate) struct Engine(Mutex<Vec<Armed>>);

/// Where a request goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Site<'a> {
    pub(crate) account: &'a str,
    pub(crate) region: &'a str,
    /// Absent where a request is for AWS, and not for a cluster's own API.
    pub(crate) cluster: Option<&'a str>,
}

#[derive(Debug)]
struct Armed {
    fault: Fault,
    met: u32,
    buckets: HashMap<(String, String), Bucket>,
}

#[derive(Debug)]
struct Bucket {
    tokens: f64,
    filled: Instant,
}

/// What the faults in force do to one request.
#[derive(Debug, Default)]
pub(crate) struct Decision {
    pub(crate) delay: Duration,
    /// Ends the request before anything is done.
    pub(crate) stop: Option<Stop>,
    pub(crate) page_cap: Option<usize>,
    pub(crate) ending: Ending,
    /// What Kubernetes kept for a client is gone.
    pub(crate) is_gone: bool,
    shapes: Vec<shape::Shape>,
}

#[derive(Debug)]
pub(crate) enum Stop {
    Refuse(Failure),
    /// Refuses in the words that AWS has for this caller and resource.
    Deny,
    Reset,
}

/// How the answer to a request that was carried out reaches the client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Ending {
    #[default]
    Whole,
    Half,
    Lost,
}

impl Engine {
    pub(crate) fn new(faults: Vec<Fault>) -> Self {
        let engine = Self::default();
        for fault in faults {
            engine.add(fault);
        }
        engine
    }

    pub(crate) fn add(&self, fault: Fault) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(Armed {
                fault,
                met: 0,
                buckets: HashMap::new(),
            });
    }

    pub(crate) fn clear(&self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }

    /// Lets every fault that meets the request have its say, until one stops it.
    pub(crate) fn decide(&self, operation: &str, site: Site<'_>, now: Instant) -> Decision {
        let mut decision = Decision::default();
        for armed in self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter_mut()
        {
            if !armed.meets(operation, site) {
                continue;
            }
            armed.met = armed.met.saturating_add(1);
            armed.apply(&mut decision, site, now);
            if decision.stop.is_some() {
                break;
            }
        }
        decision
    }

    /// Returns whether an operation would be denied, without counting as one.
    pub(crate) fn denies(&self, operation: &str, site: Site<'_>) -> bool {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .iter()
            .any(|armed| armed.fault.effect == Effect::Denied && armed.meets(operation, site))
    }
}

impl Armed {
    fn meets(&self, operation: &str, site: Site<'_>) -> bool {
        let fits = |wanted: &Option<String>, actual: &str| {
            wanted.as_deref().is_none_or(|wanted| wanted == actual)
        };
        fits(&self.fault.operation, operation)
            && fits(&self.fault.account, site.account)
            && fits(&self.fault.region, site.region)
            && fits(&self.fault.cluster, site.cluster.unwrap_or_default())
            && self.fault.first.is_none_or(|first| self.met < first)
    }

    fn apply(&mut self, decision: &mut Decision, site: Site<'_>, now: Instant) {
        let refuse = |code, message: &str| Some(Stop::Refuse(Failure::new(code, message)));
        match &self.fault.effect {
            Effect::Latency(delay) => decision.delay += *delay,
            Effect::Throttle => decision.stop = refuse(Code::Throttling, "Rate exceeded"),
            Effect::Rate { per_second } => {
                let rate = f64::from(*per_second);
                let bucket = self
                    .buckets
                    .entry((site.account.to_owned(), site.region.to_owned()))
                    .or_insert(Bucket {
                        tokens: rate,
                        filled: now,
                    });
                if !bucket.take(rate, now) {
                    decision.stop = refuse(Code::Throttling, "Rate exceeded");
                }
            }
            Effect::Error {
                status,
                code,
                message,
            } => {
                let code = Code::Other {
                    code: code.clone(),
                    status: *status,
                };
                decision.stop = refuse(code, message);
            }
            Effect::Denied => decision.stop = Some(Stop::Deny),
            Effect::Expired => {
                decision.stop = refuse(
                    Code::ExpiredToken,
                    "The security token included in the request is expired",
                );
            }
            Effect::Reset => decision.stop = Some(Stop::Reset),
            Effect::Lost => decision.ending = Ending::Lost,
            Effect::Truncate => decision.ending = Ending::Half,
            Effect::PageSize(most) => {
                decision.page_cap = Some(decision.page_cap.map_or(*most, |cap| cap.min(*most)));
            }
            Effect::OmitOptional => decision.shapes.push(shape::Shape::OmitOptional),
            Effect::NullMembers => decision.shapes.push(shape::Shape::NullMembers),
            Effect::Gone => decision.is_gone = true,
            Effect::UnknownEnums => decision.shapes.push(shape::Shape::UnknownEnums),
        }
    }
}

impl Bucket {
    fn take(&mut self, rate: f64, now: Instant) -> bool {
        let elapsed = now.saturating_duration_since(self.filled).as_secs_f64();
        self.tokens = (self.tokens + elapsed * rate).min(rate.max(1.0));
        self.filled = now;
        let is_there = rate > 0.0 && self.tokens >= 1.0;
        if is_there {
            self.tokens -= 1.0;
        }
        is_there
    }
}

impl Decision {
    /// Bends a JSON answer into the shapes that were asked for.
    pub(crate) fn bend(&self, answer: &mut Value) {
        for shape in &self.shapes {
            shape.apply(answer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(region: &str) -> Site<'_> {
        Site {
            account: "1",
            region,
            cluster: None,
        }
    }

    fn is_stopped(engine: &Engine, operation: &str, region: &str, now: Instant) -> bool {
        engine.decide(operation, site(region), now).stop.is_some()
    }

    #[test]
    fn only_the_first_requests_are_met() {
        let engine = Engine::new(vec![Fault::new("ListUpdates", Effect::Throttle).first(2)]);
        let now = Instant::now();
        assert!(!is_stopped(&engine, "ListClusters", "r", now));
        let stopped: Vec<bool> = (0..3)
            .map(|_| is_stopped(&engine, "ListUpdates", "r", now))
            .collect();
        assert_eq!(stopped, [true, true, false]);
    }

    #[test]
    fn a_rate_is_for_each_region_and_refills() {
        let engine = Engine::new(vec![Fault::new("*", Effect::Rate { per_second: 2 })]);
        let start = Instant::now();
        let stopped: Vec<bool> = (0..3)
            .map(|_| is_stopped(&engine, "X", "a", start))
            .collect();
        assert_eq!(stopped, [false, false, true]);
        assert!(!is_stopped(&engine, "X", "b", start));
        let later = start + Duration::from_millis(500);
        assert!(!is_stopped(&engine, "X", "a", later));
        assert!(is_stopped(&engine, "X", "a", later));
    }

    #[test]
    fn faults_add_up() {
        let engine = Engine::new(vec![
            Fault::new("*", Effect::Latency(Duration::from_millis(20))),
            Fault::new("*", Effect::Latency(Duration::from_millis(30))),
            Fault::new("*", Effect::PageSize(7)),
            Fault::new("*", Effect::PageSize(3)),
        ]);
        let decision = engine.decide("X", site("r"), Instant::now());
        assert_eq!(decision.delay, Duration::from_millis(50));
        assert_eq!(decision.page_cap, Some(3));
        engine.clear();
        assert_eq!(
            engine.decide("X", site("r"), Instant::now()).delay,
            Duration::ZERO
        );
    }
}
