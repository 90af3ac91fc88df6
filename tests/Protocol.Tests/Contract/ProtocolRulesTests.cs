using System.Globalization;
using System.Text.RegularExpressions;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;
using Signet.Testing.Tools;

namespace Signet.Protocol.Tests.Contract;

/// <summary>The rules for protos/ that docs/architecture.md gives. Each test lists what breaks its rule.</summary>
public sealed partial class ProtocolRulesTests
{
    [Test]
    public void Files_WhenRead_AreInPackageSignetV1() =>
        Assert.That(ProtocolDescription.Files.Select(file => file.Package), Is.All.EqualTo("signet.v1"));

    [Test]
    public void Files_WhenListed_AreAllDescribed() =>
        Assert.That(
            ProtocolDescription.Files.Select(file => file.Name),
            Is.EquivalentTo(ProtoFiles().Select(path => "signet/v1/" + Path.GetFileName(path))));

    [Test]
    public void Enums_WhenDeclared_StartWithUnspecified() =>
        Assert.That(
            ProtocolDescription.Enums.Where(type => type.FindValueByNumber(0)?.Name != Prefix(type) + "UNSPECIFIED")
                .Select(type => type.FullName),
            Is.Empty);

    [Test]
    public void EnumValues_WhenDeclared_CarryTheNameOfTheirEnum() =>
        Assert.That(
            ProtocolDescription.Enums.SelectMany(type => type.Values)
                .Where(value => !value.Name.StartsWith(Prefix(value.EnumDescriptor), StringComparison.Ordinal))
                .Select(value => value.FullName),
            Is.Empty);

    [Test]
    public void Calls_WhenDeclared_ShareNoMessage()
    {
        var used = ProtocolDescription.Methods.SelectMany(method => new[] { method.InputType, method.OutputType });

        Assert.That(used.GroupBy(message => message.FullName).Where(group => group.Count() > 1).Select(group => group.Key), Is.Empty);
    }

    [Test]
    public void Calls_WhenDeclared_TakeARequestAndGiveAResponse() =>
        Assert.That(
            ProtocolDescription.Methods
                .Where(method => !method.InputType.Name.EndsWith("Request", StringComparison.Ordinal)
                    || !method.OutputType.Name.EndsWith("Response", StringComparison.Ordinal))
                .Select(method => method.FullName),
            Is.Empty);

    /// <remarks>A Timestamp can be absent; a number would have to be zero, which is a moment too.</remarks>
    [Test]
    public void Moments_WhenDeclared_AreTimestamps() =>
        Assert.That(
            ProtocolDescription.Messages.SelectMany(message => message.Fields.InDeclarationOrder())
                .Where(field => MomentName().IsMatch(field.Name)
                    && (field.FieldType != FieldType.Message || field.MessageType.FullName != Timestamp.Descriptor.FullName))
                .Select(field => field.FullName),
            Is.Empty);

    [Test]
    public void Messages_WhenDeclared_NameTheNextUnusedFieldNumber()
    {
        var announced = ProtoFiles().SelectMany(path => NextUnused().Matches(File.ReadAllText(path)))
            .ToDictionary(
                match => match.Groups["message"].Value,
                match => int.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture));

        var expected = ProtocolDescription.Messages.ToDictionary(
            message => message.Name,
            message => message.Fields.InDeclarationOrder().Select(field => field.FieldNumber).DefaultIfEmpty(0).Max() + 1);
        Assert.That(announced, Is.EquivalentTo(expected));
    }

    private static string[] ProtoFiles() => Directory.GetFiles(Repository.PathOf("protos/signet/v1"), "*.proto");

    private static string Prefix(EnumDescriptor type) => WordStart().Replace(type.Name, "_$0").ToUpperInvariant() + "_";

    [GeneratedRegex("(?<=[a-z])[A-Z]")]
    private static partial Regex WordStart();

    [GeneratedRegex("(_at|_until|_from|_not_after|_not_before|timestamp)$")]
    private static partial Regex MomentName();

    [GeneratedRegex(@"Next unused field number: (?<number>\d+)[^\n]*\n(//[^\n]*\n)*message (?<message>\w+) ")]
    private static partial Regex NextUnused();
}
