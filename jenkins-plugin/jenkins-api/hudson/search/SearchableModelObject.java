package hudson.search;

import hudson.model.ModelObject;

/** Declared from jenkins-core 2.479.1. */
public interface SearchableModelObject extends ModelObject {}
