//! What the server has to know of a kind.

use crate::status::Cause;
use crate::store::ResourceId;
use serde_json::Value;

/// Whether objects live in namespaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// They do.
    Namespaced,
    /// They belong to the whole cluster.
    Cluster,
}

/// What can be done with a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verbs {
    /// Everything: create, get, list, watch, update, patch, delete, deletecollection.
    All,
    /// Only create; the answer is not stored (reviews).
    CreateOnly,
    /// Only get and list; nothing is stored, it is measured (metrics).
    Measured,
}

/// A part of an object, or a deed on it, with a path of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subresource {
    /// The status alone.
    Status,
    /// The number of replicas alone, as a `Scale`.
    Scale,
    /// A Pod's node is set.
    Binding,
    /// A Pod goes if its budget allows.
    Eviction,
    /// Debugging containers are added to a Pod.
    EphemeralContainers,
    /// CPU and memory of a running Pod's containers are changed.
    Resize,
    /// What a container printed.
    Log,
    /// A command is run in a container.
    Exec,
    /// A token is made for a ServiceAccount.
    Token,
    /// A namespace's finalizers are changed.
    Finalize,
}

impl Subresource {
    /// Its name in paths.
    pub const fn as_str(self) -> &'static str {
        match self {
            Subresource::Status => "status",
            Subresource::Scale => "scale",
            Subresource::Binding => "binding",
            Subresource::Eviction => "eviction",
            Subresource::EphemeralContainers => "ephemeralcontainers",
            Subresource::Resize => "resize",
            Subresource::Log => "log",
            Subresource::Exec => "exec",
            Subresource::Token => "token",
            Subresource::Finalize => "finalize",
        }
    }

    /// The verbs that discovery tells of.
    pub const fn verbs(self) -> &'static [&'static str] {
        match self {
            Subresource::Binding | Subresource::Eviction | Subresource::Token => &["create"],
            Subresource::Log => &["get"],
            Subresource::Exec => &["create", "get"],
            Subresource::Finalize => &["update"],
            _ => &["get", "patch", "update"],
        }
    }

    /// Group, version and kind of what is sent and answered, where that is not the object itself.
    pub const fn other_kind(self) -> Option<(&'static str, &'static str, &'static str)> {
        match self {
            Subresource::Scale => Some(("autoscaling", "v1", "Scale")),
            Subresource::Eviction => Some(("policy", "v1", "Eviction")),
            Subresource::Token => Some(("authentication.k8s.io", "v1", "TokenRequest")),
            Subresource::Binding => Some(("", "v1", "Binding")),
            Subresource::Exec => Some(("", "v1", "PodExecOptions")),
            _ => None,
        }
    }
}

/// Whether `metadata.generation` counts the changes of what is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Generation {
    /// It does.
    Counted,
    /// The kind has none.
    None,
}

/// How an object of the kind goes, and what a deletion answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deletion {
    /// At once; the answer is a `Status`.
    Status,
    /// At once; the answer is the object.
    Object,
    /// A Pod: it stays for its grace period unless nothing of it runs.
    Graceful,
    /// A Namespace: it stays until its `spec.finalizers` are empty.
    Namespace,
}

/// What names are allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameRule {
    /// RFC 1123 subdomain: labels with dots between.
    Subdomain,
    /// RFC 1123 label.
    Label,
    /// RFC 1035 label: like the former, but begins with a letter.
    Dns,
    /// Anything that can stand in a path.
    PathSegment,
}

/// The form in which objects are kept that a kind shows in another one.
#[derive(Debug, Clone, Copy)]
pub struct Kept {
    /// The resource that has the objects.
    pub id: ResourceId,
    /// From the form of the kind to that of the resource.
    pub keep: fn(&mut Value),
    /// The other way.
    pub show: fn(&mut Value),
}

/// The rules of a kind. Each has a default that does nothing.
#[derive(Debug, Clone, Copy)]
pub struct Hooks {
    /// Fills in what was left out. Runs on every write, so it must be idempotent.
    pub default: fn(&mut Value),
    /// Runs once, on creation, after metadata and defaults: the first status.
    pub create: fn(&mut Value),
    /// Carries over into the new object what a client may leave out of an update (old, new).
    pub carry: fn(&Value, &mut Value),
    /// What is wrong with an object.
    pub check: fn(&Value) -> Vec<Cause>,
    /// What is wrong with a change (old, new).
    pub check_change: fn(&Value, &Value) -> Vec<Cause>,
}

/// A served kind.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// Group (empty for the core) and plural.
    pub id: ResourceId,
    /// The version, such as `v1`.
    pub version: &'static str,
    /// The name in `kind`.
    pub kind: &'static str,
    /// Names for people in a hurry, such as `po`.
    pub short_names: &'static [&'static str],
    /// Categories, such as `all`.
    pub categories: &'static [&'static str],
    /// Whether objects live in namespaces.
    pub scope: Scope,
    /// What can be done.
    pub verbs: Verbs,
    /// Its subresources.
    pub subresources: &'static [Subresource],
    /// Whether generations are counted.
    pub generation: Generation,
    /// How it goes.
    pub deletion: Deletion,
    /// What names it takes.
    pub names: NameRule,
    /// Fields, beside name and namespace, that a field selector may use.
    pub fields: &'static [&'static str],
    /// Its rules.
    pub hooks: Hooks,
    /// Where its objects are, when they are those of another kind.
    pub kept: Option<Kept>,
}

impl Kind {
    /// A namespaced kind with nothing special.
    pub const fn new(
        group: &'static str,
        version: &'static str,
        resource: &'static str,
        kind: &'static str,
    ) -> Kind {
        Kind {
            id: ResourceId { group, resource },
            version,
            kind,
            short_names: &[],
            categories: &[],
            scope: Scope::Namespaced,
            verbs: Verbs::All,
            subresources: &[],
            generation: Generation::None,
            deletion: Deletion::Status,
            names: NameRule::Subdomain,
            fields: &[],
            hooks: Hooks {
                default: |_| (),
                create: |_| (),
                carry: |_, _| (),
                check: crate::resource::no_rules,
                check_change: crate::resource::no_change,
            },
            kept: None,
        }
    }

    /// For the whole cluster.
    #[must_use]
    pub const fn cluster(mut self) -> Kind {
        self.scope = Scope::Cluster;
        self
    }

    /// With short names.
    #[must_use]
    pub const fn short(mut self, names: &'static [&'static str]) -> Kind {
        self.short_names = names;
        self
    }

    /// In the category `all`.
    #[must_use]
    pub const fn in_all(mut self) -> Kind {
        self.categories = &["all"];
        self
    }

    /// With subresources.
    #[must_use]
    pub const fn with(mut self, subresources: &'static [Subresource]) -> Kind {
        self.subresources = subresources;
        self
    }

    /// With a counted generation.
    #[must_use]
    pub const fn counted(mut self) -> Kind {
        self.generation = Generation::Counted;
        self
    }

    /// With another way to go.
    #[must_use]
    pub const fn goes(mut self, deletion: Deletion) -> Kind {
        self.deletion = deletion;
        self
    }

    /// With another rule for names.
    #[must_use]
    pub const fn named(mut self, rule: NameRule) -> Kind {
        self.names = rule;
        self
    }

    /// Selectable by more fields.
    #[must_use]
    pub const fn selectable(mut self, fields: &'static [&'static str]) -> Kind {
        self.fields = fields;
        self
    }

    /// With verbs other than all.
    #[must_use]
    pub const fn only(mut self, verbs: Verbs) -> Kind {
        self.verbs = verbs;
        self
    }

    /// Fills in defaults.
    #[must_use]
    pub const fn defaults(mut self, default: fn(&mut Value)) -> Kind {
        self.hooks.default = default;
        self
    }

    /// Prepares a new object.
    #[must_use]
    pub const fn creates(mut self, create: fn(&mut Value)) -> Kind {
        self.hooks.create = create;
        self
    }

    /// Keeps fields over an update.
    #[must_use]
    pub const fn carries(mut self, carry: fn(&Value, &mut Value)) -> Kind {
        self.hooks.carry = carry;
        self
    }

    /// Checks objects and changes.
    #[must_use]
    pub const fn checks(
        mut self,
        check: fn(&Value) -> Vec<Cause>,
        check_change: fn(&Value, &Value) -> Vec<Cause>,
    ) -> Kind {
        self.hooks.check = check;
        self.hooks.check_change = check_change;
        self
    }

    /// As another form of the objects of another resource.
    #[must_use]
    pub const fn kept_as(mut self, kept: Kept) -> Kind {
        self.kept = Some(kept);
        self
    }

    /// The resource that has its objects.
    pub fn stored(&self) -> ResourceId {
        self.kept.map_or(self.id, |kept| kept.id)
    }

    /// `v1` or `apps/v1`.
    pub fn api_version(&self) -> String {
        if self.id.group.is_empty() {
            self.version.to_owned()
        } else {
            format!("{}/{}", self.id.group, self.version)
        }
    }

    /// The singular in lower case.
    pub fn singular(&self) -> String {
        self.kind.to_lowercase()
    }

    /// Whether it has this subresource.
    pub fn has(&self, subresource: Subresource) -> bool {
        self.subresources.contains(&subresource)
    }

    /// Its subresource of this name.
    pub fn subresource(&self, name: &str) -> Option<Subresource> {
        self.subresources.iter().copied().find(|one| one.as_str() == name)
    }
}
