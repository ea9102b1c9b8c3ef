using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.ML;
using Sleap.Transforms;

namespace Sleap.MLNet.Tests;

/// <summary>
/// The table of characteristics of each estimator, as ML.NET's own docs have it, says what its columns are.
/// </summary>
public sealed partial class EstimatorDocsTests
{
    private static readonly Lazy<XDocument> Docs = new(() =>
        XDocument.Load(Path.ChangeExtension(typeof(ModelCatalog).Assembly.Location, ".xml"))
    );
    private readonly MLContext _ml = new(1);

    [Theory]
    [InlineData("SingleInstance")]
    [InlineData("Centroid")]
    [InlineData("CenteredInstance")]
    [InlineData("TopDown")]
    [InlineData("BottomUp")]
    [InlineData("TopDownId")]
    [InlineData("BottomUpId")]
    public void The_table_of_an_estimator_names_its_input_and_output_columns(string name)
    {
        var table = Summary($"T:Sleap.MLNet.{name}Estimator").Element("remarks")!.Value;
        // A row without a name continues the one above it.
        var rows = new Dictionary<string, string>();
        var last = "";
        foreach (Match row in Row().Matches(table))
        {
            last = row.Groups[1].Value is { Length: > 0 } title ? title : last;
            rows[last] = rows.TryGetValue(last, out var before)
                ? $"{before}; {row.Groups[2].Value}"
                : row.Groups[2].Value;
        }

        Assert.Equal("Yes", rows["Does this estimator need to look at the data to train its parameters?"]);
        Assert.Equal("No", rows["Exportable to ONNX"]);

        using var pairs = new PairFolder(1);
        var labels = SchemaShapes.Of(pairs.View(_ml).Schema);
        var added = Output(name, labels).Where(column => !labels.Any(input => input.Name == column.Name)).ToList();
        var described = Columns(rows["Output column data type"]);
        Assert.Equal(added.Select(column => column.Name).Order(), described.Keys.Order());
        Assert.All(added, column => Assert.Equal((column.Kind, column.IsKey), described[column.Name]));
        Assert.All(
            Columns(rows["Input column data type"]).Keys,
            column => Assert.NotNull(labels.Single(input => input.Name == column).Name)
        );
        Assert.Equal(
            name.EndsWith("Id", StringComparison.Ordinal),
            Columns(rows["Input column data type"]).ContainsKey("Track")
        );
    }

    [Fact]
    public void Methods_that_make_an_estimator_begin_as_those_of_ML_NET()
    {
        var methods = typeof(ModelCatalog)
            .GetMethods()
            .Where(method =>
                method.ReturnType.Name.EndsWith("Estimator", StringComparison.Ordinal)
                || method.ReturnType == typeof(TopDownTransformer)
            )
            .ToList();
        Assert.Equal(8, methods.Count);
        Assert.All(
            methods,
            method =>
            {
                var summaries = Docs
                    .Value.Descendants("member")
                    .Where(member =>
                        member
                            .Attribute("name")!
                            .Value.StartsWith($"M:Sleap.MLNet.ModelCatalog.{method.Name}(", StringComparison.Ordinal)
                    );
                Assert.All(
                    summaries,
                    member =>
                        Assert.StartsWith("Create a", member.Element("summary")!.Value.Trim(), StringComparison.Ordinal)
                );
                Assert.Contains(
                    summaries,
                    member =>
                        member
                            .Descendants("see")
                            .Any(see => see.Attribute("cref")!.Value == $"T:{method.ReturnType.FullName}")
                );
            }
        );
    }

    private static XElement Summary(string member) =>
        Docs.Value.Descendants("member").Single(element => element.Attribute("name")!.Value == member);

    private SchemaShape Output(string name, SchemaShape labels)
    {
        var pose = _ml.Pose();
        return name switch
        {
            "SingleInstance" => pose.SingleInstance().GetOutputSchema(labels),
            "Centroid" => pose.Centroid().GetOutputSchema(labels),
            "CenteredInstance" => pose.CenteredInstance().GetOutputSchema(labels),
            "TopDown" => pose.TopDown().GetOutputSchema(labels),
            "BottomUp" => pose.BottomUp().GetOutputSchema(labels),
            "TopDownId" => pose.TopDownId().GetOutputSchema(labels),
            "BottomUpId" => pose.BottomUpId().GetOutputSchema(labels),
            _ => throw new ArgumentOutOfRangeException(nameof(name)),
        };
    }

    // "`A`, `B`: known-sized vector of …; `C`: …"
    private static Dictionary<string, (SchemaShape.Column.VectorKind Kind, bool IsKey)> Columns(string cell) =>
        cell.Split(';')
            .SelectMany(part =>
                Name()
                    .Matches(part)
                    .Select(column =>
                        (column.Groups[1].Value, Type: part[(part.LastIndexOf("`:", StringComparison.Ordinal) + 2)..])
                    )
            )
            .ToDictionary(
                column => column.Value,
                column => (KindOf(column.Type), column.Type.Contains("[key]", StringComparison.Ordinal))
            );

    private static SchemaShape.Column.VectorKind KindOf(string type) =>
        type.Contains("variable-sized vector", StringComparison.Ordinal) ? SchemaShape.Column.VectorKind.VariableVector
        : type.Contains("vector", StringComparison.Ordinal) ? SchemaShape.Column.VectorKind.Vector
        : SchemaShape.Column.VectorKind.Scalar;

    [GeneratedRegex(@"^\s*\| (?:([^|]+) )?\| ([^|]+) \|\s*$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("`([A-Za-z]+)`")]
    private static partial Regex Name();
}
