package hudson.model;

import hudson.ExtensionPoint;
import hudson.security.AccessControlled;
import org.kohsuke.stapler.export.ExportedBean;

/** Declared from jenkins-core 2.479.1. */
@ExportedBean
public abstract class Node extends AbstractModelObject implements ExtensionPoint, AccessControlled, PersistenceRoot {}
