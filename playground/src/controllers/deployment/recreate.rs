//! The strategy `Recreate`: all old Pods go before the first new one comes.

use crate::controllers::claim::controls;
use crate::controllers::deployment::Deployments;
use crate::controllers::deployment::family::Family;
use crate::controllers::desk::number;
use crate::controllers::pods;
use crate::object;
use crate::status::ApiError;

impl Deployments {
    /// One step. Returns whether it changed something or has to wait; the status then tells how far it is.
    pub(super) fn recreate(&self, family: &Family) -> Result<(), ApiError> {
        let deployment = &family.deployment;
        let active = family.old.iter().filter(|set| number(set, "/spec/replicas") > 0);
        let mut shrunk = false;
        for set in active {
            shrunk |= self.resize(deployment, set, 0)?;
        }
        if shrunk || self.old_pods_run(family) {
            return Ok(());
        }
        let wanted = number(deployment, "/spec/replicas");
        match &family.new {
            Some(set) if number(set, "/spec/replicas") != wanted => {
                self.resize(deployment, set, wanted).map(|_| ())
            }
            Some(_) => Ok(()),
            None => self.ensure_newest(family, wanted).map(|_| ()),
        }
    }

    fn old_pods_run(&self, family: &Family) -> bool {
        let pods = self.desk.list(self.desk.pods, object::namespace(&family.deployment));
        let of_old = |pod| family.old.iter().any(|set| controls(set, pod));
        pods.iter().any(|pod| !pods::has_ended(pod) && of_old(pod))
    }
}
