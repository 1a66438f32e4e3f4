//! `shakedown guard`: the dead man's switch of a run, in the cluster. Hidden, because a run starts it.

use super::telling::tell;
use super::{Failure, signals};
use crate::cluster::{Access, Cluster, ClusterError, RunId};
use crate::engine::faults::{Vigil, keep_vigil};
use crate::fault::Left;
use crate::report::harmless;
use crate::run::Exit;

/// Whose guard it is.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The run
    #[arg(long, value_name = "ID")]
    run: String,
    /// Its namespace
    #[arg(long, short, value_name = "NAME")]
    namespace: String,
}

/// Watches until the run has ended, or takes its faults back.
pub(super) fn obey(args: &Args) -> Result<Exit, Failure> {
    let system = |what| move |source| Failure::System { what, source };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(system("start the runtime"))?.block_on(async {
        let mut stops = signals::Stops::new().map_err(system("listen for signals"))?;
        let namespace = Some(args.namespace.clone());
        let cluster = Cluster::connect(&Access { namespace, ..Access::default() }).await?;
        let run = RunId::from(args.run.clone());
        let mut say = |text: String| tell(harmless(&text));
        say(format!("on guard for run {run} in namespace {}", args.namespace));
        tokio::select! {
            () = stops.next() => Ok(Exit::Pass),
            ended = keep_vigil(&cluster, &run, &mut say) => Ok(told(&ended)),
        }
    })
}

fn told(ended: &Vigil) -> Exit {
    match ended {
        Vigil::NotNeeded => {
            tell("the run has ended and left nothing");
            Exit::Pass
        }
        Vigil::Replayed(back) => {
            for left in &back.left {
                tell(format_args!("LEFT: {}: {}", left.taken.undo, harmless(&left.error.to_string())));
            }
            for text in &back.overtaken {
                tell(format_args!("changed by somebody else, left as it is: {}", harmless(text)));
            }
            // What is for another machine would not be done by trying again, which is what a failed guard does.
            let hopeless = |left: &Left| matches!(left.error, ClusterError::Elsewhere { .. });
            if back.left.iter().all(hopeless) { Exit::Pass } else { Exit::Dirty }
        }
    }
}
