//! What the terminal UI works with: a cloud, the journal, and a cluster in view.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use roledex::cloud::{Cloud, Settings};
use roledex::model::guard::Access;
use roledex::model::journal::Link;
use roledex::model::pattern::{ClusterPattern, Glob};
use roledex::model::plan::{Approved, Assent, Draft, Plan, Reviewed};
use roledex::model::preflight::{Evidence, Preflight};
use roledex::model::reference::{AssociationReference, ClusterReference};
use roledex::model::{Guard, Route};
use roledex::ops::change::{
    Applied, Desk, Patience, Progress, Request, Unprepared, apply, prepare,
};
use roledex::ops::fleet::{self, Site as Place};
use roledex::store::Journal;

use super::super::Site;
use super::WRITER;

/// The simulator shows at once what it did.
pub(super) const PATIENCE: Patience = Patience {
    passing: Duration::from_secs(1),
    settle: Duration::from_millis(50),
    verify: Duration::from_secs(1),
    pause: Duration::from_millis(10),
};

pub(super) struct Hands {
    pub(super) cloud: Arc<Cloud>,
    pub(super) desk: Desk,
    pub(super) place: Place,
}

pub(super) fn now() -> jiff::Timestamp {
    roledex::runtime::clock::now()
}

impl Hands {
    /// Hands that may change everything.
    pub(super) async fn free(site: &Site) -> Self {
        let url = site.simulated.simulator().url();
        Self::at(&site.home.path(""), url, Guard::default()).await
    }

    /// Hands that may change nothing in the cluster shop.
    pub(super) async fn bound(site: &Site) -> Self {
        let guard = Guard {
            read_only_clusters: vec![ClusterPattern {
                cluster: Some(Glob::new("shop")),
                ..ClusterPattern::default()
            }],
            ..Guard::default()
        };
        let url = site.simulated.simulator().url();
        Self::at(&site.home.path(""), url, guard).await
    }

    /// Hands in a home, on the cluster shop of the world at an address.
    pub(super) async fn at(home: &Path, url: String, guard: Guard) -> Self {
        let file = |name: &str| home.join(".aws").join(name);
        let mut settings = Settings::isolated(file("config"), file("credentials"), url);
        settings.guard = guard;
        let cloud = Cloud::new(settings).unwrap();
        let routes = [Route::new(Some("one"), "eu-west-1")];
        let shop = ClusterReference::parse("shop").unwrap();
        let place = fleet::one_site(&cloud, &routes, &shop).await.unwrap();
        let (journal, _) = Journal::open(home.join("state/roledex")).unwrap();
        Self {
            cloud,
            desk: Desk {
                journal: Arc::new(journal),
                now,
                patience: PATIENCE,
            },
            place,
        }
    }

    /// The same hands with another journal.
    pub(super) fn with_journal(mut self, journal: &Arc<Journal>) -> Self {
        self.desk.journal = Arc::clone(journal);
        self
    }

    pub(super) async fn plan(&self, request: &Request) -> Result<Plan, Unprepared> {
        let prepared = Box::pin(prepare(&self.place, request, now)).await;
        Ok(prepared?.plan)
    }

    pub(super) async fn approved(&self, request: &Request) -> Approved<Plan> {
        approve(self.plan(request).await.unwrap())
    }

    pub(super) async fn apply(&self, approved: Approved<Plan>) -> Applied {
        self.apply_as(approved, None, |_| {}).await
    }

    pub(super) async fn apply_as(
        &self,
        approved: Approved<Plan>,
        link: Option<Link>,
        tell: impl FnMut(Progress) + Send,
    ) -> Applied {
        Box::pin(apply(&self.place, &self.desk, approved, link, tell)).await
    }
}

/// Says yes to a plan, by its name.
pub(super) fn approve(plan: Plan) -> Approved<Plan> {
    let preflight = Preflight::run(&plan, &Evidence::default(), Access::Open);
    let reviewed = Reviewed::of(&plan, &preflight);
    let name = plan.target().service_account.clone();
    Approved::new(plan, &preflight, reviewed, Assent::Typed(&name)).unwrap()
}

pub(super) fn api() -> AssociationReference {
    AssociationReference::parse("payments/api").unwrap()
}

pub(super) fn role(arn: &str) -> Draft {
    Draft {
        role: Some(arn.to_owned()),
        ..Draft::default()
    }
}

/// `payments/api` becomes `payments/moved`, with another role.
pub(super) fn relocate() -> Request {
    Request::Relocate {
        association: api(),
        namespace: "payments".to_owned(),
        service_account: "moved".to_owned(),
        draft: role(WRITER),
    }
}

pub(super) fn on<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(work)
}
