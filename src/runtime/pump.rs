//! The loop: takes messages in their order, updates the state, draws what changed, runs what is asked for.

use std::time::Duration;

use anyhow::Context as _;
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::app::{self, Msg, State};
use crate::runtime::executor::Executor;
use crate::runtime::keyboard::Keyboard;
use crate::runtime::outside::Outside;
use crate::runtime::screen::Screen;
use crate::runtime::terminal::Terminal;
use crate::runtime::{Ended, clock, signals};
use crate::theme::Theme;

/// Messages that may wait; a task that runs ahead of the screen waits for room.
const WAITING: usize = 512;

/// Shortest time between two frames that nobody asked for by a key.
const FRAME: Duration = Duration::from_millis(33);

pub(super) async fn run(
    terminal: Terminal,
    mut state: State,
    mut executor: Executor,
    theme: Theme,
) -> anyhow::Result<Ended> {
    let (sender, mut receiver) = mpsc::channel(WAITING);
    signals::listen(&sender)?;
    let mut hung_up = false;
    executor.recover(&sender);
    let mut outside = Outside {
        terminal,
        screen: Screen::new(),
        keyboard: Keyboard::listen(),
        executor,
        messages: sender,
    };
    let effects = app::start(&mut state);
    outside.perform(effects).await?;
    let mut due = Some(Instant::now());
    while !state.quitting {
        let message = tokio::select! {
            biased;
            // What it means is settled here and not when it is sent: by then a hidden prompt may be open.
            event = outside.keyboard.recv(), if !hung_up => match event.map(|event| outside.executor.message(event)) {
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
            let effects = outside.draw(&mut state, &theme)?;
            outside.perform(effects).await?;
            continue;
        };
        let asked_for = matches!(
            message,
            Msg::Key(_) | Msg::Paste(_) | Msg::Secret(..) | Msg::Resize(_) | Msg::Resumed
        );
        let effects = app::update(&mut state, clock::now(), message);
        outside.perform(effects).await?;
        let spent = outside.executor.spent();
        if spent != state.spent {
            app::update(&mut state, clock::now(), Msg::Spent(spent));
        }
        let is_quiet = receiver.is_empty() && outside.keyboard.is_empty();
        if asked_for && !state.quitting && is_quiet {
            due = None;
            let effects = outside.draw(&mut state, &theme)?;
            outside.perform(effects).await?;
        } else {
            // A flood of answers is drawn at a steady rate; the first of them sets the moment.
            due.get_or_insert_with(|| Instant::now() + FRAME);
            if due.is_some_and(|due| due <= Instant::now()) {
                due = None;
                let effects = outside.draw(&mut state, &theme)?;
                outside.perform(effects).await?;
            }
        }
    }
    outside.executor.finish().await;
    Ok(state.told.map_or(Ended::Left, Ended::Told))
}
