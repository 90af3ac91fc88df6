package hudson.model;

import hudson.search.SearchableModelObject;

/** Declared from jenkins-core 2.479.1. */
public abstract class AbstractModelObject implements SearchableModelObject {}
