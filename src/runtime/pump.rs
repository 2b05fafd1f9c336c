//! The loop: takes messages in their order, updates the state, draws what changed, runs what is asked for.

use std::io;
use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::time::Duration;

use anyhow::Context as _;
use crossterm::event::{Event, EventStream};
use futures_util::stream::{self, Stream};
use futures_util::{FutureExt as _, StreamExt as _};
use tokio::sync::mpsc::{self, Sender};
use tokio::time::Instant;

use crate::app::{self, Effect, Msg, State};
use crate::runtime::executor::Executor;
use crate::runtime::screen::Screen;
use crate::runtime::terminal::Terminal;
use crate::runtime::{Ended, clipboard, clock, signals};
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
) -> anyhow::Result<Ended> {
    let (sender, mut receiver) = mpsc::channel(WAITING);
    signals::listen(&sender)?;
    let (events, mut typed) = mpsc::channel(WAITING);
    listen_to_keys(events);
    let mut hung_up = false;
    executor.recover(&sender);
    let mut screen = Screen::new();
    let effects = app::start(&mut state);
    perform(effects, &mut terminal, &mut screen, &mut executor, &sender)?;
    let mut due = Some(Instant::now());
    while !state.quitting {
        let message = tokio::select! {
            biased;
            // What it means is settled here and not when it is sent: by then a hidden prompt may be open.
            event = typed.recv(), if !hung_up => match event.map(|event| executor.message(event)) {
                Some(Some(message)) => Some(message),
                Some(None) => continue,
                None => {
                    hung_up = true;
                    Some(Msg::Signal(app::Signal::HangUp))
                }
            },
            message = receiver.recv() => Some(message.context("every source of messages has ended")?),
            () = tokio::time::sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => None,
        };
        let Some(message) = message else {
            due = None;
            let effects = draw(&mut state, &theme, &mut terminal, &mut screen)?;
            perform(effects, &mut terminal, &mut screen, &mut executor, &sender)?;
            continue;
        };
        let asked_for = matches!(
            message,
            Msg::Key(_) | Msg::Paste(_) | Msg::Secret(..) | Msg::Resize(_) | Msg::Resumed
        );
        let effects = app::update(&mut state, clock::now(), message);
        perform(effects, &mut terminal, &mut screen, &mut executor, &sender)?;
        let spent = executor.spent();
        if spent != state.spent {
            app::update(&mut state, clock::now(), Msg::Spent(spent));
        }
        if asked_for && !state.quitting && receiver.is_empty() && typed.is_empty() {
            due = None;
            let effects = draw(&mut state, &theme, &mut terminal, &mut screen)?;
            perform(effects, &mut terminal, &mut screen, &mut executor, &sender)?;
        } else {
            // A flood of answers is drawn at a steady rate; the first of them sets the moment.
            due.get_or_insert_with(|| Instant::now() + FRAME);
            if due.is_some_and(|due| due <= Instant::now()) {
                due = None;
                let effects = draw(&mut state, &theme, &mut terminal, &mut screen)?;
                perform(effects, &mut terminal, &mut screen, &mut executor, &sender)?;
            }
        }
    }
    executor.finish().await;
    Ok(state.told.map_or(Ended::Left, Ended::Told))
}

/// Draws the state, and says what the rows in view lack.
fn draw(
    state: &mut State,
    theme: &Theme,
    terminal: &mut Terminal,
    screen: &mut Screen,
) -> anyhow::Result<Vec<Effect>> {
    let effects = app::look(state);
    screen
        .draw(state, theme, terminal)
        .context("could not draw on the terminal")?;
    Ok(effects)
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

fn listen_to_keys(events: Sender<Event>) {
    tokio::spawn(async move {
        // Made within the task, so that a panic of its making is caught, too.
        let reported = stream::once(async { EventStream::new() }).flatten();
        forward(reported, events).await;
    });
}

/// Hands on what the terminal reports. However that ends, even by a panic, the channel ends, which means that
/// the terminal has hung up: a screen whose keys are dead must not stay.
async fn forward(reported: impl Stream<Item = io::Result<Event>>, events: Sender<Event>) {
    let reading = async {
        let mut reported = pin!(reported);
        // A terminal that cannot be read any more has hung up.
        while let Some(Ok(event)) = reported.next().await {
            if events.send(event).await.is_err() {
                return;
            }
        }
    };
    if AssertUnwindSafe(reading).catch_unwind().await.is_err() {
        tracing::error!(target: "roledex", "the reader of keys panicked");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossterm::event::KeyCode;
    use futures_util::stream::BoxStream;

    #[tokio::test]
    async fn a_terminal_that_cannot_be_read_ends_the_program() {
        let key = || Ok(Event::Key(KeyCode::Char('x').into()));
        let panics = stream::poll_fn(|_| panic!("on purpose"));
        let ends: [BoxStream<'_, io::Result<Event>>; 3] = [
            stream::empty().boxed(),
            stream::once(async { Err(io::Error::other("gone")) }).boxed(),
            panics.boxed(),
        ];
        for end in ends {
            let (sender, mut receiver) = mpsc::channel(8);
            forward(stream::once(async { key() }).chain(end), sender).await;
            assert_eq!(receiver.recv().await, key().ok());
            assert_eq!(receiver.recv().await, None, "the loop takes that for a hang-up");
        }
    }
}
