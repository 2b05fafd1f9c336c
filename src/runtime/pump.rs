//! The loop: takes messages in their order, updates the state, draws what changed, runs what is asked for.

use std::time::Duration;

use anyhow::Context as _;
use crossterm::event::EventStream;
use futures_util::StreamExt as _;
use tokio::sync::mpsc::{self, Sender};
use tokio::time::Instant;

use crate::app::{self, Effect, Msg, State};
use crate::runtime::executor::Executor;
use crate::runtime::screen::Screen;
use crate::runtime::terminal::Terminal;
use crate::runtime::{clipboard, clock, keys, signals};
use crate::theme::Theme;

/// Messages that may wait; a task that runs ahead of the screen waits for room.
const WAITING: usize = 512;

/// Shortest time between two frames that nobody asked for by a key.
const FRAME: Duration = Duration::from_millis(33);

pub(super) async fn run(
    mut terminal: Terminal,
    mut state: State,
    mut executor: Executor,
    theme: Theme,
) -> anyhow::Result<()> {
    let (sender, mut receiver) = mpsc::channel(WAITING);
    signals::listen(&sender)?;
    listen_to_keys(sender.clone());
    let mut screen = Screen::new();
    let effects = app::start(&mut state);
    perform(effects, &mut terminal, &mut screen, &mut executor, &sender)?;
    let mut due = Some(Instant::now());
    while !state.quitting {
        let message = tokio::select! {
            biased;
            message = receiver.recv() => Some(message.context("every source of messages has ended")?),
            () = tokio::time::sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => None,
        };
        let Some(message) = message else {
            due = None;
            draw(&mut state, &theme, &mut terminal, &mut screen)?;
            continue;
        };
        let asked_for = matches!(
            message,
            Msg::Key(_) | Msg::Paste(_) | Msg::Resize(_) | Msg::Resumed
        );
        let effects = app::update(&mut state, clock::now(), message);
        perform(effects, &mut terminal, &mut screen, &mut executor, &sender)?;
        let spent = executor.spent();
        if spent != state.spent {
            app::update(&mut state, clock::now(), Msg::Spent(spent));
        }
        if asked_for && !state.quitting && receiver.is_empty() {
            due = None;
            draw(&mut state, &theme, &mut terminal, &mut screen)?;
        } else {
            // A flood of answers is drawn at a steady rate; the first of them sets the moment.
            due.get_or_insert_with(|| Instant::now() + FRAME);
            if due.is_some_and(|due| due <= Instant::now()) {
                due = None;
                draw(&mut state, &theme, &mut terminal, &mut screen)?;
            }
        }
    }
    executor.finish().await;
    Ok(())
}

fn draw(
    state: &mut State,
    theme: &Theme,
    terminal: &mut Terminal,
    screen: &mut Screen,
) -> anyhow::Result<()> {
    app::arrange(state);
    screen
        .draw(state, theme, terminal)
        .context("could not draw on the terminal")
}

/// Runs effects: those on the terminal here, all others in the executor.
fn perform(
    effects: Vec<Effect>,
    terminal: &mut Terminal,
    screen: &mut Screen,
    executor: &mut Executor,
    sender: &Sender<Msg>,
) -> anyhow::Result<()> {
    for effect in effects {
        match effect {
            // The loop ends by the state; nothing is left to do here.
            Effect::Quit => {}
            Effect::Redraw => {
                terminal
                    .take()
                    .context("could not take the terminal back")?;
                screen.forget();
            }
            Effect::Suspend => {
                terminal.release();
                signals::stop()?;
                terminal
                    .take()
                    .context("could not take the terminal back")?;
                screen.forget();
                executor.tell(sender, Msg::Resize(terminal.size()));
            }
            Effect::Copy { text, what } => {
                let told = clipboard::copy(terminal, &text, what);
                executor.tell(sender, Msg::Told(told));
            }
            other => executor.run(other, sender),
        }
    }
    Ok(())
}

fn listen_to_keys(messages: Sender<Msg>) {
    tokio::spawn(async move {
        let mut events = EventStream::new();
        while let Some(event) = events.next().await {
            // A terminal that cannot be read any more has hung up.
            let Ok(event) = event else { break };
            let Some(message) = keys::message(event) else {
                continue;
            };
            if messages.send(message).await.is_err() {
                return;
            }
        }
        let gone = Msg::Signal(app::Signal::HangUp);
        // If the loop has ended already, there is nobody left to tell.
        messages.send(gone).await.unwrap_or_default();
    });
}
