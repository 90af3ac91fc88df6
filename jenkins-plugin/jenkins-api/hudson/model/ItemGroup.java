package hudson.model;

/** Declared from jenkins-core 2.479.1. */
public interface ItemGroup<T extends Item> extends PersistenceRoot, ModelObject {}
