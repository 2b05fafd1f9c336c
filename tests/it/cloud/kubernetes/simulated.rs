//! The same code against the simulator, from `DescribeCluster` on.

use futures_util::StreamExt as _;
use roledex::cloud::{Action, Cloud, ObjectFilter, Settings, Urgency};
use roledex::model::kubernetes::{WatchEvent, WatchedKind};
use roledex::model::{ClusterArn, Region, Route};
use roledex::sim::{Options, Simulator, World};

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_world_can_be_read_and_watched() {
    let world = World::demo().unwrap();
    let simulator = Simulator::start(world, Options::default()).await.unwrap();
    let account = &simulator.accounts()[0];
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str| directory.path().join(name);
    std::fs::write(file("config"), "").unwrap();
    let keys = format!(
        "[default]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
        account.access_key_id, account.secret_access_key
    );
    std::fs::write(file("credentials"), keys).unwrap();
    let settings = Settings::isolated(file("config"), file("credentials"), simulator.url());
    let cloud = Cloud::new(settings).unwrap();
    let mut read = 0;
    for region in &account.regions {
        let session = cloud.session(&Route::new(None, region)).await.unwrap();
        let now = Urgency::Interactive;
        let clusters = session.list_clusters(now, None).await.unwrap();
        let caller = session.caller(now).await.unwrap();
        for name in clusters.items {
            let arn = ClusterArn::new(&Region::new(region), &caller.account, &name);
            let described = session.describe_cluster(now, &arn).await.unwrap();
            let Ok(kubernetes) = session.kubernetes(&arn, &described).await else {
                continue;
            };
            let all = ObjectFilter::default();
            let Ok(pods) = kubernetes.pods(now, &all, None).await else {
                // One of the troubles that the demo world is made of.
                continue;
            };
            assert_eq!(pods.unreadable, Vec::<String>::new());
            let watch = kubernetes.watch(WatchedKind::Pods, all);
            let events = watch.take_while(|event| {
                let is_on = *event != WatchEvent::Synced;
                std::future::ready(is_on)
            });
            // The beginning of the list, and each pod.
            assert!(events.count().await > pods.items.len());
            let action = Action {
                verb: "list",
                resource: "pods",
                ..Action::default()
            };
            assert!(kubernetes.can(now, &action).await.unwrap().allowed);
            read += 1;
        }
    }
    assert!(read > 0, "no cluster of the first account could be read");
}
