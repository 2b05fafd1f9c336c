//! What the Kubernetes of one cluster said, and the rows that follow from it.

mod properties;
mod rows;
mod scale;
mod world;
