package org.jenkinsci.plugins.workflow.cps;

import hudson.scm.SCM;
import org.jenkinsci.plugins.workflow.flow.FlowDefinition;

/** Declared from workflow-cps 3969.vdc9d3a_efcc6a_. */
public class CpsScmFlowDefinition extends FlowDefinition {
    CpsScmFlowDefinition() {}

    public SCM getScm() {
        throw new AssertionError("declaration only");
    }

    public String getScriptPath() {
        throw new AssertionError("declaration only");
    }
}
