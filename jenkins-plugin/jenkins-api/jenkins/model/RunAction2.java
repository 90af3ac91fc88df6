package jenkins.model;

import hudson.model.Action;
import hudson.model.Run;

/** Declared from jenkins-core 2.479.1. */
public interface RunAction2 extends Action {
    void onAttached(Run<?, ?> r);

    void onLoad(Run<?, ?> r);
}
