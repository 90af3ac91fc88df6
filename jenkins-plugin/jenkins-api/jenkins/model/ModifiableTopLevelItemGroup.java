package jenkins.model;

import hudson.model.ModifiableItemGroup;
import hudson.model.TopLevelItem;

/** Declared from jenkins-core 2.479.1. */
public interface ModifiableTopLevelItemGroup extends ModifiableItemGroup<TopLevelItem> {}
