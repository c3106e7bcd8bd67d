//! Fetches from a server on this machine that behaves as badly as it is told to. Nobody waits: time is part of the test.

mod addresses;
mod catalogues;
mod csaf;
mod cvelist;
mod download;
mod limits;
mod mirrors;
mod nvd_api;
mod nvd_files;
mod route;
mod server;
mod world;
