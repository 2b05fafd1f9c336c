//! Update scripts: what keys and answers do to the state, without a terminal or a network.

mod age;
mod approval;
mod changes;
mod credential;
mod diagnosis;
mod explained;
mod kubernetes;
mod loading;
mod logs;
mod navigation;
mod panes;
mod parts;
mod races;
mod roles;
mod safety;
mod views;
mod withheld;
