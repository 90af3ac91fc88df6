package io.jenkins.plugins.signet;

import hudson.ExtensionList;
import hudson.ExtensionPoint;
import hudson.model.AbstractProject;
import hudson.model.Run;
import hudson.scm.SCM;
import io.jenkins.plugins.signet.signing.BuildIdentity.SourceRevision;
import java.io.IOException;

/**
 * Finds out about a build what only other plugins know. Each implementation is there when its plugin is. None believes a
 * parameter, a variable of the environment, or a checkout that a script did of its own accord: a job that was rewritten
 * could have chosen those.
 */
public abstract class BuildFacts implements ExtensionPoint {
    /** Adds what it knows. */
    protected abstract void collect(Run<?, ?> run, Facts facts) throws IOException;

    static Facts of(Run<?, ?> run) throws IOException {
        var facts = new Facts();
        if (run.getParent() instanceof AbstractProject<?, ?> project) {
            facts.setScm(project.getScm());
        }
        for (BuildFacts finder : ExtensionList.lookup(BuildFacts.class)) {
            finder.collect(run, facts);
        }
        return facts;
    }

    /** What is known; null where nothing is. */
    public static final class Facts {
        private SCM scm;
        private SourceRevision source;
        private String script;
        private String scriptPath;
        private boolean replayed;

        Facts() {}

        /** What the job's own configuration says of its sources. */
        public void setScm(SCM scm) {
            this.scm = scm;
        }

        /** The repository that the job's own configuration names, or its multibranch project. */
        public void setSource(SourceRevision source) {
            this.source = source;
        }

        /** The Pipeline's main script as it runs. */
        public void setScript(String script) {
            this.script = script;
        }

        /** Where the script lies in the repository; for a script that comes from there. */
        public void setScriptPath(String scriptPath) {
            this.scriptPath = scriptPath;
        }

        /** Somebody may have edited the scripts of this one build. */
        public void setReplayed(boolean replayed) {
            this.replayed = replayed;
        }

        SCM scm() {
            return scm;
        }

        SourceRevision source() {
            return source;
        }

        String script() {
            return script;
        }

        String scriptPath() {
            return scriptPath;
        }

        boolean replayed() {
            return replayed;
        }
    }
}
