//! A simulator on a thread of its own, for tests whose own code is not asynchronous.

use roledex::sim::{Log, Options, Simulator, World};

/// A running simulator; dropping it stops it.
pub(crate) struct Simulated {
    simulator: Option<Simulator>,
    runtime: tokio::runtime::Runtime,
}

/// Starts a world by the name that `roledex sim --world` takes.
pub(crate) fn world(name: &str) -> Simulated {
    Simulated::start(World::load(name).unwrap(), Options::default())
}

impl Simulated {
    pub(crate) fn start(world: World, options: Options) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let simulator = Some(runtime.block_on(Simulator::start(world, options)).unwrap());
        Self { simulator, runtime }
    }

    pub(crate) fn simulator(&self) -> &Simulator {
        self.simulator.as_ref().unwrap()
    }

    pub(crate) fn log(&self) -> Log {
        self.simulator().log()
    }

    /// The variables that point a client at the first account, in its first region.
    pub(crate) fn environment(&self) -> Vec<(String, String)> {
        let simulator = self.simulator();
        let account = &simulator.accounts()[0];
        [
            ("AWS_ENDPOINT_URL", simulator.url()),
            ("AWS_ACCESS_KEY_ID", account.access_key_id.clone()),
            ("AWS_SECRET_ACCESS_KEY", account.secret_access_key.clone()),
            ("AWS_REGION", account.regions[0].clone()),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
    }
}

impl Drop for Simulated {
    fn drop(&mut self) {
        let _entered = self.runtime.enter();
        self.simulator = None;
    }
}
