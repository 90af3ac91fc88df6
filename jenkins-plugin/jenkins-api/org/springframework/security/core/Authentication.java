package org.springframework.security.core;

/** Declared from spring-security-core, which Jenkins 2.479.1 ships. */
public interface Authentication {}
