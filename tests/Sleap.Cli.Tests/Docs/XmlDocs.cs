using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Sleap.Cli.Tests;

/// <summary>The documentation comments of an assembly, as Markdown of one line.</summary>
internal sealed partial class XmlDocs
{
    private readonly Dictionary<string, XElement> _members;

    public XmlDocs(IEnumerable<Assembly> assemblies) =>
        _members = assemblies
            .SelectMany(assembly =>
                XDocument.Load(Path.ChangeExtension(assembly.Location, ".xml")).Descendants("member")
            )
            // by the compiler's generators, in each assembly the same
            .Where(member => !member.Attribute("name")!.Value.Contains(".Generated.", StringComparison.Ordinal))
            .ToDictionary(member => member.Attribute("name")!.Value);

    public string Of(Type type) => Text(_members[$"T:{NameOf(type)}"].Element("summary"));

    /// <summary>A property's summary; for an overridden one that of the base, and what is remarked.</summary>
    public string Of(PropertyInfo property)
    {
        var own = _members.GetValueOrDefault($"P:{NameOf(property.DeclaringType!)}.{property.Name}");
        if (own is not null && own.Element("inheritdoc") is null)
            return Text(own.Element("summary"));
        // A parameter of a positional record is documented at the type.
        var parameter = _members
            .GetValueOrDefault($"T:{NameOf(property.DeclaringType!)}")
            ?.Elements("param")
            .FirstOrDefault(param => param.Attribute("name")!.Value == property.Name);
        if (own is null && parameter is not null)
            return Text(parameter);
        var above =
            property.DeclaringType!.BaseType!.GetProperty(property.Name)
            ?? throw new InvalidOperationException($"{property.DeclaringType}.{property.Name} has no documentation.");
        return $"{Of(above)} {Text(own?.Element("remarks"))}".Trim();
    }

    private static string NameOf(Type type) => type.FullName!.Replace('+', '.');

    private static string Text(XElement? element) =>
        element is null
            ? ""
            : Spaces().Replace(string.Concat(element.Nodes().Select(Words)), " ").Trim().Replace("|", "\\|");

    private static string Words(XNode node) =>
        node switch
        {
            XText text => text.Value,
            XElement { Name.LocalName: "see" } see when see.Attribute("cref") is { } cref => $"`{Short(cref.Value)}`",
            XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
            XElement other => string.Concat(other.Nodes().Select(Words)),
            _ => "",
        };

    // M:Sleap.X.Type.Member(Parameter) is Type.Member, T:Sleap.X.Type is Type.
    private static string Short(string cref)
    {
        var name = cref[2..].Split('(')[0];
        return cref.StartsWith("T:", StringComparison.Ordinal)
            ? name.Split('.')[^1]
            : string.Join('.', name.Split('.')[^2..]);
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
