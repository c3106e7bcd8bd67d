//! What the form of a label's name and version says of the package: labels give no type.

/// What kind of package a label speaks of, as far as its words tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// A distribution built it: its version has a revision or an epoch.
    Distribution(Distribution),
    /// A Go module: its name is a path that begins with the name of a host, or it is Go's own library.
    Go,
    /// Maven coordinates: a group and a name with a colon between.
    Maven,
    /// Nothing tells.
    Plain,
}

/// How a distribution packs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Distribution {
    /// Alpine and its kin.
    Apk,
    /// Debian and its kin.
    Deb,
    /// Red Hat, SUSE and their kin.
    Rpm,
}

/// Signs of a release in the versions of RPM.
const RPM_RELEASES: [&str; 8] = [".el", ".amzn", ".fc", ".cm", ".azl", ".module", ".ph", ".mga"];
/// Signs of a build in the versions of Debian and Ubuntu.
const DEB_BUILDS: [&str; 4] = ["ubuntu", "+deb", "~deb", "+dfsg"];
/// Words in the names of images of distributions that pack as RPM.
const RPM_IMAGES: [&str; 9] =
    ["suse", "centos", "rockylinux", "almalinux", "ubi", "amazonlinux", "oraclelinux", "fedora", "mariner"];

impl Form {
    /// What name and version tell; the name of the image tells RPM from Debian where the version does not.
    pub fn of(name: &str, version: &str, image: &str) -> Self {
        if let Some(distribution) = distribution(version, image) {
            return Self::Distribution(distribution);
        }
        let host = name.split('/').next().filter(|host| *host != name && host.contains('.'));
        if host.is_some() || name == "stdlib" && version.starts_with("go") {
            return Self::Go;
        }
        match name.split_once(':') {
            Some((group, rest)) if !group.is_empty() && !rest.is_empty() && !rest.contains([':', ' ']) => Self::Maven,
            _ => Self::Plain,
        }
    }
}

fn distribution(version: &str, image: &str) -> Option<Distribution> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if version.rsplit_once("-r").is_some_and(|(_, revision)| digits(revision)) {
        return Some(Distribution::Apk);
    }
    if RPM_RELEASES.iter().any(|sign| version.contains(sign) && version.contains('-')) {
        return Some(Distribution::Rpm);
    }
    let epoch = version.split_once(':').is_some_and(|(epoch, _)| digits(epoch));
    let revision = version.split_once('-').is_some_and(|(upstream, revision)| {
        upstream.starts_with(|c: char| c.is_ascii_digit())
            && revision.starts_with(|c: char| c.is_ascii_digit())
            && !revision.contains('-')
    });
    if !epoch && !revision && !DEB_BUILDS.iter().any(|sign| version.contains(sign)) {
        return None;
    }
    let repository = image.split('@').next().unwrap_or_default();
    let rpm = repository.split(['/', '.']).any(|part| RPM_IMAGES.iter().any(|word| part.starts_with(word)));
    Some(if rpm { Distribution::Rpm } else { Distribution::Deb })
}

#[cfg(test)]
mod tests {
    use super::{Distribution, Form};

    #[test]
    fn the_form_tells_who_packed() {
        let table = [
            ("git", "2.15.4-r0", "docker.io/x/y@sha256:0", Form::Distribution(Distribution::Apk)),
            ("libc-bin", "2.28-10", "docker.io/python@sha256:0", Form::Distribution(Distribution::Deb)),
            ("libnettle6", "3.4-1", "docker.io/ubuntu@sha256:0", Form::Distribution(Distribution::Deb)),
            ("passwd", "1:4.4-4.1", "", Form::Distribution(Distribution::Deb)),
            ("apt", "1.6.12ubuntu0.2", "", Form::Distribution(Distribution::Deb)),
            (
                "libcurl4",
                "7.60.0-4.30.1",
                "registry.suse.com/suse/sles12sp4@sha256:0",
                Form::Distribution(Distribution::Rpm),
            ),
            ("expat", "2.2.5-4.el8", "", Form::Distribution(Distribution::Rpm)),
            ("nodejs", "1:18.18.2-2.module+el9.2.0.z+20408+7cb5fda5", "", Form::Distribution(Distribution::Rpm)),
            ("github.com/docker/docker", "v17.12.0-ce-rc1.0.20200309214505-aa6a9891b09c+incompatible", "", Form::Go),
            ("stdlib", "go1.16.2", "", Form::Go),
            ("org.apache.mesos:mesos", "1.4.0-shaded-protobuf", "", Form::Maven),
            ("commons-fileupload", "1.3.1-jenkins-2", "", Form::Plain),
            ("guava", "30.1.1-jre", "", Form::Plain),
            ("php", "0.0.0-DEVELOPMENT", "", Form::Plain),
            ("@scope/name", "1.0.0", "", Form::Plain),
        ];
        for (name, version, image, form) in table {
            assert_eq!(Form::of(name, version, image), form, "{name} {version}");
        }
    }
}
