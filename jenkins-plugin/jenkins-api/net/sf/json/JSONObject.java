package net.sf.json;

/** Declared from json-lib 2.4-jenkins-7, which Jenkins 2.479.1 ships. */
public final class JSONObject {}
