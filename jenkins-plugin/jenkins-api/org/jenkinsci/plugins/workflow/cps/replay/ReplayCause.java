package org.jenkinsci.plugins.workflow.cps.replay;

import hudson.model.Cause;

/** Declared from workflow-cps 3969.vdc9d3a_efcc6a_. */
public class ReplayCause extends Cause {
    ReplayCause() {}

    @Override
    public String getShortDescription() {
        throw new AssertionError("declaration only");
    }
}
