//! Refusals that name a kind.

use crate::resource::Kind;
use crate::status::{ApiError, Cause};

impl Kind {
    /// 404 for one of its objects.
    pub fn not_found(&self, name: &str) -> ApiError {
        ApiError::not_found(self.id.group, self.id.resource, name)
    }

    /// 409 for a second object of the same name.
    pub fn already_exists(&self, name: &str) -> ApiError {
        ApiError::already_exists(self.id.group, self.id.resource, name)
    }

    /// 409 for an update of something that was changed meanwhile.
    pub fn stale(&self, name: &str) -> ApiError {
        ApiError::stale(self.id.group, self.id.resource, name)
    }

    /// 409 for any other reason.
    pub fn conflict(&self, name: &str, why: &str) -> ApiError {
        ApiError::conflict(self.id.group, self.id.resource, name, why)
    }

    /// 422, unless there is nothing wrong.
    pub fn check(&self, name: &str, causes: Vec<Cause>) -> Result<(), ApiError> {
        if causes.is_empty() {
            Ok(())
        } else {
            Err(ApiError::invalid(self.id.group, self.kind, name, causes))
        }
    }
}
