package io.jenkins.plugins.signet;

import hudson.Extension;
import hudson.model.Run;
import hudson.plugins.git.Branch;
import hudson.plugins.git.GitSCM;
import hudson.plugins.git.Revision;
import hudson.plugins.git.UserRemoteConfig;
import hudson.plugins.git.util.BuildData;
import io.jenkins.plugins.signet.signing.BuildIdentity.SourceRevision;
import java.util.Collection;
import jenkins.plugins.git.AbstractGitSCMSource;
import jenkins.scm.api.SCMRevision;
import jenkins.scm.api.SCMRevisionAction;
import jenkins.scm.api.SCMSource;

/** The Git repository that the job's configuration, or its multibranch project, names. */
@Extension(optional = true)
public final class GitFacts extends BuildFacts {
    @Override
    protected void collect(Run<?, ?> run, Facts facts) {
        SCMSource source = SCMSource.SourceByItem.findSource(run.getParent());
        if (source instanceof AbstractGitSCMSource git) {
            // The branch indexing of Jenkins has chosen the revision; the script comes from there too.
            SCMRevision revision = SCMRevisionAction.getRevision(source, run);
            facts.setSource(new SourceRevision(
                    git.getRemote(), revision == null ? null : revision.getHead().getName(), hash(revision)));
            if (facts.scriptPath() == null) {
                facts.setScriptPath("");
            }
        } else if (source == null && facts.scm() instanceof GitSCM scm && scm.getUserRemoteConfigs().size() == 1) {
            facts.setSource(of(run, scm.getUserRemoteConfigs().get(0)));
        }
    }

    private static String hash(SCMRevision revision) {
        return revision instanceof AbstractGitSCMSource.SCMRevisionImpl known ? known.getHash() : null;
    }

    /** What this very build has checked out of the repository; the URL alone where it has not. */
    private static SourceRevision of(Run<?, ?> run, UserRemoteConfig remote) {
        for (BuildData data : run.getActions(BuildData.class)) {
            if (data.hasBeenReferenced(remote.getUrl()) && data.lastBuild != null
                    && data.lastBuild.getBuildNumber() == run.getNumber()) {
                Revision revision = data.lastBuild.getRevision();
                if (revision != null) {
                    return new SourceRevision(remote.getUrl(), branch(revision, remote), revision.getSha1String());
                }
            }
        }
        return new SourceRevision(remote.getUrl(), null, null);
    }

    /** Null where there is none or several: a commit that is on two branches proves neither. */
    private static String branch(Revision revision, UserRemoteConfig remote) {
        Collection<Branch> branches = revision.getBranches();
        return branches.size() == 1
                ? SourceRevision.branchName(branches.iterator().next().getName(), remote.getName())
                : null;
    }
}
