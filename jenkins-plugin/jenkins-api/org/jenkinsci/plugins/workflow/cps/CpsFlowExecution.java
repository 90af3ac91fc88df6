package org.jenkinsci.plugins.workflow.cps;

import org.jenkinsci.plugins.workflow.flow.FlowExecution;

/** Declared from workflow-cps 3969.vdc9d3a_efcc6a_. */
public class CpsFlowExecution extends FlowExecution {
    CpsFlowExecution() {}

    public String getScript() {
        throw new AssertionError("declaration only");
    }
}
