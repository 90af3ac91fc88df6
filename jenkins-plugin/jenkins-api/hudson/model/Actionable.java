package hudson.model;

import org.kohsuke.stapler.export.ExportedBean;

/** Declared from jenkins-core 2.479.1. */
@ExportedBean
public abstract class Actionable extends AbstractModelObject {}
