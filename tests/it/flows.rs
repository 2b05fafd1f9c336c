//! Flows without a terminal: real executor, real SDKs, the simulator, and waits for idleness instead of time.

mod browse;
mod change;
mod credential;
mod diagnosis;
mod kubernetes;
mod operator;
mod scale;
mod scopes;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use roledex::app::layout::Size;
use roledex::app::pane::{PaneId, cell};
use roledex::app::{self, Effect, Msg, Options, State};
use roledex::cloud::{Cloud, Settings};
use roledex::input::Key;
use roledex::model::Route;
use roledex::runtime::executor::Executor;
use roledex::sim::{self, Simulator, World};
use roledex::store::Journal;
use roledex::theme::Theme;
use tokio::sync::mpsc::{self, Receiver, Sender};

/// Longest wait for the next message; nothing here takes that long unless it hangs.
const DEADLINE: Duration = Duration::from_mins(1);

/// The program without its terminal.
pub(crate) struct Flow {
    pub(crate) state: State,
    pub(crate) simulator: Simulator,
    executor: Executor,
    messages: Receiver<Msg>,
    sender: Sender<Msg>,
    /// Effects on the terminal, which nobody runs here.
    pub(crate) terminal: Vec<Effect>,
    /// Every message and every screen, for tests that look for what must never be seen.
    pub(crate) seen: Option<String>,
    pub(crate) files: tempfile::TempDir,
}

impl Flow {
    /// Starts on the first region of the first account of a world.
    pub(crate) async fn start(world: World) -> Self {
        let simulator = Simulator::start(world, sim::Options::default())
            .await
            .unwrap();
        let account = &simulator.accounts()[0];
        let routes = vec![Route::new(Some(&account.name), &account.regions[0])];
        Self::on(simulator, routes, None).await
    }

    /// Starts on the given routes; profiles have the names of the world's accounts.
    #[expect(
        clippy::unused_async,
        reason = "effects are spawned, which needs a runtime around the caller"
    )]
    pub(crate) async fn on(simulator: Simulator, routes: Vec<Route>, cache: Option<&Path>) -> Self {
        let (settings, files) = settings(&simulator);
        let cloud = Cloud::new(settings).unwrap();
        Self::with(cloud, simulator, routes, cache, files)
    }

    /// Starts in a run that cannot write.
    #[expect(
        clippy::unused_async,
        reason = "effects are spawned, which needs a runtime around the caller"
    )]
    pub(crate) async fn read_only(simulator: Simulator, routes: Vec<Route>) -> Self {
        let (mut settings, files) = settings(&simulator);
        settings.guard.read_only = true;
        let cloud = Cloud::new(settings).unwrap();
        Self::with(cloud, simulator, routes, None, files)
    }

    fn with(
        cloud: Arc<Cloud>,
        simulator: Simulator,
        routes: Vec<Route>,
        cache: Option<&Path>,
        files: tempfile::TempDir,
    ) -> Self {
        let size = Size {
            width: 140,
            height: 40,
        };
        let state = State::new(
            routes.clone(),
            Options::default(),
            size,
            roledex::runtime::clock::now(),
        );
        let journal = Journal::open(files.path().join("state"));
        let executor =
            Executor::new(cloud, routes, cache.map(Path::to_owned)).with_journal(journal);
        let (sender, messages) = mpsc::channel(512);
        let mut flow = Self {
            state,
            simulator,
            executor,
            messages,
            sender,
            terminal: Vec::new(),
            seen: None,
            files,
        };
        let effects = app::start(&mut flow.state);
        flow.perform(effects);
        flow
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Copy { .. }
                | Effect::RunWith(_)
                | Effect::Suspend
                | Effect::Redraw
                | Effect::Quit => {
                    self.terminal.push(effect);
                }
                other => self.executor.run(other, &self.sender),
            }
        }
    }

    pub(crate) fn send(&mut self, msg: Msg) {
        let told = self.seen.is_some().then(|| format!("{msg:?}\n"));
        let effects = app::update(&mut self.state, roledex::runtime::clock::now(), msg);
        self.perform(effects);
        let effects = app::look(&mut self.state);
        self.perform(effects);
        if let (Some(seen), Some(told)) = (&mut self.seen, told) {
            seen.push_str(&told);
            seen.push_str(&screen(&self.state));
        }
    }

    pub(crate) fn keys(&mut self, keys: &str) -> &mut Self {
        for key in keys.split_whitespace() {
            self.send(Msg::Key(key.parse::<Key>().unwrap()));
        }
        self
    }

    /// Takes messages until something holds.
    pub(crate) async fn until(&mut self, what: &str, holds: impl Fn(&State) -> bool) -> &mut Self {
        app::arrange(&mut self.state);
        while !holds(&self.state) {
            let message = tokio::time::timeout(DEADLINE, self.messages.recv()).await;
            let message = message
                .unwrap_or_else(|_| panic!("no {what} in {DEADLINE:?}"))
                .unwrap();
            self.send(message);
        }
        self
    }

    /// Takes messages until no question is open.
    pub(crate) async fn idle(&mut self) -> &mut Self {
        self.until("rest", |state| state.in_flight() == 0).await
    }

    pub(crate) fn column(&self, id: PaneId, column: usize) -> Vec<String> {
        let pane = self.state.pane(id).unwrap();
        let text = |row: &usize| {
            cell(&self.state.fleet, id, *row, column, self.state.now)
                .text
                .into_owned()
        };
        pane.rows.iter().map(text).collect()
    }

    /// Types a text, character by character.
    pub(crate) fn typed(&mut self, text: &str) -> &mut Self {
        for character in text.chars() {
            self.send(Msg::Key(Key::plain(roledex::input::key::Code::Char(
                character,
            ))));
        }
        self
    }

    pub(crate) async fn finish(self) -> Simulator {
        self.executor.finish().await;
        self.simulator
    }
}

/// The text of the whole screen.
pub(crate) fn screen(state: &State) -> String {
    let area = Rect::new(0, 0, state.size.width, state.size.height);
    let mut buffer = Buffer::empty(area);
    roledex::ui::draw(state, &Theme::default(), &mut buffer);
    let row = |y| -> String { (0..area.width).map(|x| buffer[(x, y)].symbol()).collect() };
    let rows: Vec<String> = (0..area.height).map(row).collect();
    rows.join("\n") + "\n"
}

/// Settings that reach a simulator, with a profile for each of its accounts.
fn settings(simulator: &Simulator) -> (Settings, tempfile::TempDir) {
    let files = tempfile::tempdir().unwrap();
    let config = files.path().join("config");
    let credentials = files.path().join("credentials");
    let mut text = String::new();
    for account in simulator.accounts() {
        text.push_str(&format!(
            "[{}]\naws_access_key_id = {}\naws_secret_access_key = {}\n",
            account.name, account.access_key_id, account.secret_access_key
        ));
    }
    std::fs::write(&credentials, text).unwrap();
    std::fs::write(&config, "").unwrap();
    let settings = Settings::isolated(config, credentials, simulator.url());
    (settings, files)
}
