package jenkins.model;

/** Declared from jenkins-core 2.479.1. */
public interface DirectlyModifiableTopLevelItemGroup extends ModifiableTopLevelItemGroup {}
