//! `HorizontalPodAutoscaler`s: how many replicas a metric asks for (`replicas`), how fast it may get them (`pace`), and
//! the controller that measures, scales and tells.

mod controller;
mod metric;
mod pace;
mod replicas;
mod verdict;

pub(super) use controller::Autoscalers;
