using System.Globalization;
using Microsoft.ML;

namespace Sleap.MLNet.Tests;

/// <summary>Models that earlier versions saved load, and give what they gave then; see README.md.</summary>
public sealed class SavedModelsTests(SavedModelsTests.Inputs inputs) : IClassFixture<SavedModelsTests.Inputs>
{
    /// <summary>Convolutions differ between processors: pixels, and parts of a score.</summary>
    private const double NetworkTolerance = 1e-3;

    /// <summary>Of the value, and of 1 for smaller values.</summary>
    private const double TransformTolerance = 1e-5;

    private static readonly string Folder = Path.Combine(Golden.Folder, "..", "Sleap.MLNet.Tests", "SavedModels");

    /// <summary>A name for every type of transformer there was, without "Transformer"; below, those of poses.</summary>
    private static readonly string[] Networks =
    [
        "SingleInstance",
        "Centroid",
        "CenteredInstance",
        "TopDown",
        "TopDownId",
        "BottomUp",
        "BottomUpId",
    ];

    private static readonly string[] Transforms =
    [
        "Interpolation",
        "JumpFilter",
        "ScoreFilter",
        "Smoothing",
        "SwapRepair",
        "Angles",
        "BodyLength",
        "Distances",
        "Egocentric",
        "SizeNormalization",
        "Social",
        "Kinematics",
        "Regions",
        "Rolling",
        "Instances",
        "Tracking",
        "InterpolationPchip",
        "SmoothingOneEuro",
        "Chain", // more of the same types
    ];

    public static TheoryData<string> Names => [.. Networks, .. Transforms];

    /// <summary>The pictures, made once.</summary>
    public sealed class Inputs : IDisposable
    {
        private readonly SavedModelInputs _inputs = new();

        public IDataView For(string name, MLContext ml) =>
            name == "SingleInstance" ? _inputs.Spots(ml)
            : Networks.Contains(name) ? _inputs.Pairs(ml)
            : SavedModelInputs.Poses(ml);

        public void Dispose() => _inputs.Dispose();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_saved_model_gives_what_it_gave_when_it_was_saved(string name)
    {
        var ml = new MLContext(seed: 1);
        var input = inputs.For(name, ml);
        var model = ml.Model.Load(Path.Combine(Folder, name + ".zip"), out var schema);
        // ML.NET leaves images out of the schema of a file.
        Assert.Equal(Described(input.Schema).Where(column => column != "Image: Image"), Described(schema));
        var found = SavedModelFiles.Text(model, input);
        Same(File.ReadAllLines(Path.Combine(Folder, name + ".txt")), found, Networks.Contains(name));

        using var file = new MemoryStream();
        ml.Model.Save(model, schema, file);
        file.Position = 0;
        var copy = ml.Model.Load(file, out _);
        Assert.Equal(found, SavedModelFiles.Text(copy, input));
        (model as IDisposable)?.Dispose();
        (copy as IDisposable)?.Dispose();
    }

    private static IEnumerable<string> Described(DataViewSchema schema) => schema.Select(c => $"{c.Name}: {c.Type}");

    private static void Same(string[] expected, List<string> found, bool ofNetwork)
    {
        var first = Array.IndexOf(expected, "") + 2;
        Assert.Equal(expected[..first], found[..first]); // the schema, and the names of the columns that follow
        Assert.Equal(expected.Length, found.Count);
        for (var line = first; line < expected.Length; line++)
        {
            string[] left = expected[line].Split(' '),
                right = found[line].Split(' ');
            Assert.Equal(left.Length, right.Length);
            foreach (var (one, other) in left.Zip(right))
            {
                var same = one == other || IsNear(one, other, ofNetwork);
                Assert.True(same, $"{one} became {other}:\n{expected[line]}\n{found[line]}");
            }
        }
    }

    /// <summary>Keys, indices and counts are whole numbers and equal; so are NaN and words.</summary>
    private static bool IsNear(string one, string other, bool ofNetwork) =>
        double.TryParse(one, CultureInfo.InvariantCulture, out var left)
        && double.TryParse(other, CultureInfo.InvariantCulture, out var right)
        && Math.Abs(left - right) <= (ofNetwork ? NetworkTolerance : TransformTolerance * Math.Max(1, Math.Abs(left)));
}
