package org.jenkinsci.plugins.workflow.flow;

/** Declared from workflow-api 1336.vee415d95c521. */
public abstract class FlowExecution {}
