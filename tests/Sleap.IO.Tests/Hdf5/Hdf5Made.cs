using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Sleap.IO.Tests;

/// <summary>Files that tests/interop/make_hdf5.py wrote with h5py, and what h5py reads from them.</summary>
internal static class Hdf5Made
{
    /// <summary>The files of this kind that lie in the repository.</summary>
    public static string Small => TestFiles.Data("hdf5");

    /// <summary>Whether h5py is there, with which more files can be made.</summary>
    public static bool CanMake => File.Exists("/usr/bin/python3") && Python("-c", "import h5py") == 0;

    /// <summary>Makes files in a folder; the script says which words it takes.</summary>
    public static void Make(string folder, params ReadOnlySpan<string> words) =>
        Assert.Equal(0, Python([Path.Combine(TestFiles.Root, "tests", "interop", "make_hdf5.py"), folder, .. words]));

    public static JsonObject Expected(string folder) =>
        (JsonObject)JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "expected.json")))!;

    /// <summary>Compares everything in a file with what h5py found.</summary>
    public static void AssertIsRead(string path, JsonNode expected)
    {
        using var file = Hdf5Reader.Open(path);
        foreach (var (group, names) in expected["members"]!.AsObject())
            Assert.Equal(names!.AsArray().Select(n => (string)n!).Order(StringComparer.Ordinal), file.Members(group));
        foreach (var (name, told) in expected["datasets"]!.AsObject())
        {
            Assert.True(file.Contains(name) && file.IsDataset(name), $"{path} {name}");
            Assert.Equal(told!["shape"]!.AsArray().Select(s => (long)s!), file.Sizes(name));
            AssertIs($"{path} {name}", file.ReadRaw(name), told);
            if (told["numbers"] is JsonArray numbers)
                Assert.Equal(numbers.Select(Number), file.ReadNumbers<double>(name));
            if (told["texts"] is JsonArray texts)
                Assert.Equal(texts.Select(t => (string)t!), file.ReadTexts(name));
        }
        foreach (var owner in expected["attributes"]!.AsArray().GroupBy(a => (string)a!["owner"]!))
        {
            var found = file.ReadRawAttributes(owner.Key).ToDictionary();
            Assert.Equal(owner.Select(a => (string)a!["name"]!).Order(), found.Keys.Order());
            foreach (var attribute in owner)
                AssertIs($"{path} {owner.Key}@{attribute!["name"]}", found[(string)attribute["name"]!], attribute);
        }
        foreach (var (name, cause) in expected["refused"]!.AsObject())
        {
            var fault = Assert.Throws<PoseFormatException>(() => file.ReadRaw(name));
            Assert.Contains((string)cause!, fault.Message);
            Assert.Contains(Path.GetFileName(path), fault.Message);
        }
    }

    private static void AssertIs(string what, Hdf5Raw raw, JsonNode told)
    {
        if (told["texts"] is JsonArray texts && raw.Items.Length > 0)
        {
            Assert.Equal(texts.Select(t => (string)t!), raw.Items.Select(System.Text.Encoding.UTF8.GetString));
        }
        else if (told["items"] is JsonArray items)
        {
            Assert.Equal(items.Select(i => (string)i!), raw.Items.Select(Convert.ToHexStringLower));
        }
        else
        {
            var found = Convert.ToHexStringLower(SHA256.HashData(raw.Bytes))[..16];
            Assert.True((string?)told["sha256"] == found, $"{what}: other bytes than h5py's");
        }
    }

    /// <summary>A float64 as Python's float.hex spells it.</summary>
    private static double Number(JsonNode? node)
    {
        var text = (string)node!;
        if (text is "nan" or "-nan")
            return double.NaN;
        if (text.EndsWith("inf", StringComparison.Ordinal))
            return text[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
        var parts = text.TrimStart('-')[2..].Split('p');
        var (whole, fraction) = parts[0].Split('.') is [var w, var f] ? (w, f) : (parts[0], "");
        var digits = (double)Convert.ToUInt64(whole + fraction, 16);
        var value = Math.ScaleB(digits, int.Parse(parts[1], CultureInfo.InvariantCulture) - (4 * fraction.Length));
        return text[0] == '-' ? -value : value;
    }

    private static int Python(params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo("/usr/bin/python3", arguments) { RedirectStandardError = true }
        )!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}
