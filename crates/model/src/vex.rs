//! What somebody says about vulnerabilities in products (VEX), in the nouns that OpenVEX, CSAF and CycloneDX share.
//!
//! A statement is a claim of its issuer. Nothing here says whether the issuer is to be believed; that is the maker's trust list's to
//! say. And not every word for "not affected" is one: see [`Statement::conclusion`].

use crate::ids::VulnerabilityId;

mod bearing;
mod heard;
mod trust;

pub use bearing::{Bearing, Fit, Listed, Whole};
pub use heard::{Heard, NoEffect, each_heard, heard, unheard, wholes};
pub use trust::{TrustScope, TrustedFor, TrustedIssuer, VexFile, supersede};

/// A document of statements.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VexDocument {
    /// Its identifier.
    pub id: Option<String>,
    /// Its version, as written.
    pub version: Option<String>,
    /// Whether its issuer calls it finished; `None` where the format has no word for that.
    pub state: Option<DocumentState>,
    /// Its title.
    pub title: Option<String>,
    /// Who answers for it.
    pub issuer: Issuer,
    /// When it was first issued, as written.
    pub issued: Option<String>,
    /// When it was last changed, as written.
    pub updated: Option<String>,
    /// How it was made.
    pub tooling: Option<String>,
    /// What it says, in the order of the file.
    pub statements: Vec<Statement>,
    /// What was odd about the file and was read all the same.
    pub remarks: Vec<String>,
}

/// Who answers for a document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Issuer {
    /// The name.
    pub name: Option<String>,
    /// In which role: vendor, coordinator, user, or in the issuer's own words.
    pub role: Option<String>,
    /// The address under which the issuer gives out names.
    pub namespace: Option<String>,
}

/// What is said about one vulnerability in some products.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The statement's own identifier.
    pub id: Option<String>,
    /// The vulnerability.
    pub vulnerability: VulnerabilityId,
    /// Its other names.
    pub aliases: Vec<VulnerabilityId>,
    /// What the vulnerability is, in the issuer's words.
    pub description: Option<String>,
    /// The products that it speaks of. Empty: all that the document is about.
    pub products: Vec<Product>,
    /// What is said.
    pub status: Status,
    /// Why a product is not affected.
    pub justification: Option<Justification>,
    /// The same in words.
    pub impact: Option<String>,
    /// What to do about it.
    pub action: Option<String>,
    /// What the issuer does, or will do.
    pub responses: Vec<Response>,
    /// Anything else that is said about the status.
    pub notes: Option<String>,
    /// Since when it is said; where it is absent, the document's date counts.
    pub issued: Option<String>,
    /// When it was last changed.
    pub updated: Option<String>,
}

impl Statement {
    /// A statement with nothing but its status.
    pub fn new(vulnerability: VulnerabilityId, status: Status) -> Self {
        Self {
            id: None,
            vulnerability,
            aliases: Vec::new(),
            description: None,
            products: Vec::new(),
            status,
            justification: None,
            impact: None,
            action: None,
            responses: Vec::new(),
            notes: None,
            issued: None,
            updated: None,
        }
    }

    /// Every name of the vulnerability.
    pub fn names(&self) -> impl Iterator<Item = &VulnerabilityId> {
        std::iter::once(&self.vulnerability).chain(&self.aliases)
    }

    /// Whether it says why a product is not affected, where that is what it says: nobody can look at what has no reason.
    pub fn is_justified(&self) -> bool {
        self.status != Status::NotAffected || self.justification.is_some()
    }

    /// What may be concluded from the statement if its issuer is believed.
    ///
    /// "Not affected" because something else protects the product is no status of the product: the weakness is there, and a control
    /// that nobody has verified stands before it.
    pub fn conclusion(&self) -> Conclusion {
        match (self.status, self.justification) {
            (Status::Affected, _) => Conclusion::Affected,
            (Status::UnderInvestigation, _) => Conclusion::UnderInvestigation,
            (Status::Fixed | Status::FixedWithPedigree, _) => Conclusion::Fixed,
            (Status::NotAffected | Status::FalsePositive, Some(why)) if why.is_control() => {
                Conclusion::UnverifiedControl
            }
            (Status::NotAffected | Status::FalsePositive, _) => Conclusion::NotAffected,
        }
    }
}

/// What follows from a statement whose issuer is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Conclusion {
    /// It is affected.
    Affected,
    /// Nobody knows yet.
    UnderInvestigation,
    /// It is affected, and a control that is not verified is said to stand before it.
    UnverifiedControl,
    /// It was affected and is no longer.
    Fixed,
    /// It is not affected.
    NotAffected,
}

/// A product that a statement speaks of, or a component of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Product {
    /// What it is.
    pub identity: Identity,
    /// The components in it that the vulnerability is in. Empty: the product as a whole.
    pub components: Vec<Identity>,
}

/// What a product or component is called.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identity {
    /// The name that the document gives it for itself: a reference, a product id, an address.
    pub reference: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// Its version.
    pub version: Option<String>,
    /// Package URLs, as written.
    pub purls: Vec<String>,
    /// CPE names, as written.
    pub cpes: Vec<String>,
    /// Digests as algorithm and value, as written.
    pub hashes: Vec<(String, String)>,
    /// Versions that are spoken of, each with what is said of it where that differs from the statement.
    pub versions: Vec<VersionScope>,
    /// What narrows it beside all that, in words: a service pack, serial numbers, a patch. Where ours cannot be seen to be so, too,
    /// it is not surely what is meant.
    pub narrowed: Vec<String>,
}

/// A version, or a range of versions, that a statement speaks of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct VersionScope {
    /// A version, or a range in `vers` notation.
    pub text: String,
    /// Whether it is a range.
    pub range: bool,
    /// `affected`, `unaffected` or `unknown`, where it is said.
    pub status: Option<String>,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$item:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$item])* $variant,)+
        }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word for it in the formats that have one.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// What a word means.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|item| item.word() == word)
            }
        }
    };
}

words! {
    /// How finished its issuer calls a document.
    DocumentState {
        /// Nobody answers for it yet.
        Draft = "draft",
        /// It counts, and changes quickly.
        Interim = "interim",
        /// It is finished.
        Final = "final",
    }
}

words! {
    /// What is said about a vulnerability in a product.
    Status {
        /// It is affected, and something should be done.
        Affected = "affected",
        /// Nobody knows yet.
        UnderInvestigation = "under_investigation",
        /// It was affected and is no longer.
        Fixed = "fixed",
        /// The same, with the change recorded in the component's pedigree.
        FixedWithPedigree = "resolved_with_pedigree",
        /// It is not affected.
        NotAffected = "not_affected",
        /// The vulnerability was reported by mistake.
        FalsePositive = "false_positive",
    }
}

words! {
    /// Why a product is not affected. The first five are of OpenVEX and CSAF, the others of CycloneDX.
    Justification {
        /// The component is not in the product.
        ComponentNotPresent = "component_not_present",
        /// The component is there, and the vulnerable code is not.
        VulnerableCodeNotPresent = "vulnerable_code_not_present",
        /// The code is there and never runs.
        VulnerableCodeNotInExecutePath = "vulnerable_code_not_in_execute_path",
        /// It runs, and no attacker can reach it.
        VulnerableCodeCannotBeControlledByAdversary = "vulnerable_code_cannot_be_controlled_by_adversary",
        /// Something built in protects it.
        InlineMitigationsAlreadyExist = "inline_mitigations_already_exist",
        /// The code was removed or left out.
        CodeNotPresent = "code_not_present",
        /// The code is not called.
        CodeNotReachable = "code_not_reachable",
        /// It needs a setting that is not made.
        RequiresConfiguration = "requires_configuration",
        /// It needs a component that is not there.
        RequiresDependency = "requires_dependency",
        /// It needs an environment that is not there.
        RequiresEnvironment = "requires_environment",
        /// A compiler's setting protects it.
        ProtectedByCompiler = "protected_by_compiler",
        /// Something at run time protects it.
        ProtectedAtRuntime = "protected_at_runtime",
        /// Something at the perimeter protects it.
        ProtectedAtPerimeter = "protected_at_perimeter",
        /// Another control protects it.
        ProtectedByMitigatingControl = "protected_by_mitigating_control",
    }
}

impl Justification {
    /// Whether it says that something protects the product, and not that the weakness is absent. That a setting is not made, or an
    /// environment not there, is such a thing: whoever can bring it about has the weakness.
    pub const fn is_control(self) -> bool {
        matches!(
            self,
            Self::InlineMitigationsAlreadyExist
                | Self::RequiresConfiguration
                | Self::RequiresEnvironment
                | Self::ProtectedByCompiler
                | Self::ProtectedAtRuntime
                | Self::ProtectedAtPerimeter
                | Self::ProtectedByMitigatingControl
        )
    }

    /// Whether only who knows the whole device can say it: what else is in it, and who can send to it what. Of anybody else it is no
    /// more than a control that nobody has verified.
    pub const fn is_of_the_whole(self) -> bool {
        matches!(self, Self::VulnerableCodeCannotBeControlledByAdversary | Self::RequiresDependency)
    }

    /// The nearest of the five justifications of OpenVEX and CSAF, and whether it says the same.
    ///
    /// What needs a setting or an environment has none that is near: nothing that is built in stands before it.
    pub const fn common(self) -> Option<Self> {
        match self {
            Self::CodeNotPresent => Some(Self::VulnerableCodeNotPresent),
            Self::CodeNotReachable => Some(Self::VulnerableCodeNotInExecutePath),
            Self::RequiresDependency => Some(Self::ComponentNotPresent),
            Self::RequiresConfiguration | Self::RequiresEnvironment => None,
            Self::ProtectedByCompiler
            | Self::ProtectedAtRuntime
            | Self::ProtectedAtPerimeter
            | Self::ProtectedByMitigatingControl => Some(Self::InlineMitigationsAlreadyExist),
            common => Some(common),
        }
    }
}

words! {
    /// What an issuer does, or will do, about a vulnerability.
    Response {
        /// It cannot be fixed.
        CanNotFix = "can_not_fix",
        /// It will not be fixed.
        WillNotFix = "will_not_fix",
        /// There is an update.
        Update = "update",
        /// One can go back to an older version.
        Rollback = "rollback",
        /// There is a way around it.
        WorkaroundAvailable = "workaround_available",
    }
}

#[cfg(test)]
mod tests {
    use super::{Conclusion, Justification, Statement, Status};
    use crate::ids::VulnerabilityId;

    #[test]
    fn a_control_is_no_status() {
        let conclusion = |status, justification| {
            Statement { justification, ..Statement::new(VulnerabilityId::new("CVE-1"), status) }.conclusion()
        };
        for &why in Justification::ALL {
            let expected = if why.is_control() { Conclusion::UnverifiedControl } else { Conclusion::NotAffected };
            assert_eq!(conclusion(Status::NotAffected, Some(why)), expected, "{why:?}");
            assert_eq!(conclusion(Status::FalsePositive, Some(why)), expected, "{why:?}");
            assert_eq!(conclusion(Status::Affected, Some(why)), Conclusion::Affected, "{why:?}");
            assert!(why.common().is_none_or(|common| common.is_control() == why.is_control()), "{why:?}");
        }
        assert_eq!(conclusion(Status::NotAffected, None), Conclusion::NotAffected);
        assert_eq!(conclusion(Status::UnderInvestigation, None), Conclusion::UnderInvestigation);
        assert_eq!(conclusion(Status::FixedWithPedigree, None), Conclusion::Fixed);
    }
}
