using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using static TorchSharp.torch;

namespace Sleap.MLNet.Tests;

/// <summary>Reference data under tests/golden.</summary>
internal static class Golden
{
    public static string Folder { get; } = Path.Combine(Root(), "tests", "golden");

    public static string PathOf(string relative) =>
        Path.Combine(Folder, relative.Replace('/', Path.DirectorySeparatorChar));

    public static Safetensors Open(string relative) => Safetensors.Read(PathOf(relative));

    public static JsonNode Json(string relative) => JsonNode.Parse(File.ReadAllText(PathOf(relative)))!;

    /// <summary>Largest difference of two tensors; NaN against NaN is none, NaN against a number is infinite.</summary>
    /// <remarks>
    /// Where the variable PARITY_LOG names a file, each is added to it with the test's name: docs/parity.md is made
    /// from that.
    /// </remarks>
    public static double Difference(
        Tensor expected,
        Tensor actual,
        [CallerFilePath] string file = "",
        [CallerMemberName] string test = ""
    )
    {
        Assert.Equal(expected.shape, actual.shape);
        float[] left = Floats(expected),
            right = Floats(actual);
        double largest = 0;
        for (var i = 0; i < left.Length; i++)
        {
            var difference = float.IsNaN(left[i]) && float.IsNaN(right[i]) ? 0 : Math.Abs((double)left[i] - right[i]);
            largest = Math.Max(largest, double.IsNaN(difference) ? double.PositiveInfinity : difference);
        }

        Log(file, test, largest);
        return largest;
    }

    public static void Log(string file, string test, double difference)
    {
        if (Environment.GetEnvironmentVariable("PARITY_LOG") is not { } log)
            return;
        lock (Folder)
        {
            File.AppendAllText(
                log,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Path.GetFileNameWithoutExtension(file)}.{test} {difference:g3}\n"
                )
            );
        }
    }

    public static float[] Floats(Tensor tensor) => tensor.to(ScalarType.Float32).Values<float>();

    private static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Sleap.MLNet.sln")))
            folder = Path.GetDirectoryName(folder);
        return folder
            ?? throw new DirectoryNotFoundException(
                $"No folder above {AppContext.BaseDirectory} holds Sleap.MLNet.sln."
            );
    }
}
