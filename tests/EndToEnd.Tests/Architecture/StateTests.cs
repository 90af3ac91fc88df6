using System.Collections;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Signet.EndToEnd.Tests.Architecture;

/// <summary>No static state that can change: what a test or a request does must not be felt by another one.</summary>
public sealed class StateTests
{
    private const BindingFlags Statics =
        BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    [Test]
    public void StaticFields_WhenDeclared_AreReadOnly() =>
        Assert.That(StaticFields().Where(field => !field.IsInitOnly).Select(Describe), Is.Empty);

    /// <remarks>A private collection behind a read-only field can be seen to be left alone; a shared one can't.</remarks>
    [Test]
    public void StaticCollections_WhenShared_AreImmutable() =>
        Assert.That(
            StaticFields().Where(field => !field.IsPrivate && IsMutableCollection(field.FieldType)).Select(Describe),
            Is.Empty);

    private static IEnumerable<FieldInfo> StaticFields() =>
        from assembly in AgentAssemblies.All
        from type in assembly.GetTypes()
        where !IsGenerated(type)
        from field in type.GetFields(Statics)
        where !field.IsLiteral && !IsGenerated(field)
        select field;

    // Stubs made from protos/ are marked member by member; their fields have no mark, but sit in this namespace.
    private static bool IsGenerated(Type type) =>
        type.Namespace == "Signet.Protocol.V1" || IsGenerated((MemberInfo)type)
        || (type.DeclaringType is { } outer && IsGenerated(outer));

    private static bool IsGenerated(MemberInfo member) =>
        member.Name.Contains('<', StringComparison.Ordinal)
        || member.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false)
        || member.IsDefined(typeof(System.CodeDom.Compiler.GeneratedCodeAttribute), inherit: false);

    private static bool IsMutableCollection(Type type) =>
        type != typeof(string) && type.IsAssignableTo(typeof(IEnumerable))
        && type.Namespace != typeof(ImmutableArray).Namespace && type.Namespace != typeof(FrozenSet).Namespace
        && !(type.IsInterface && type.Name.StartsWith("IReadOnly", StringComparison.Ordinal));

    private static string Describe(FieldInfo field) => $"{field.DeclaringType}.{field.Name}";
}
