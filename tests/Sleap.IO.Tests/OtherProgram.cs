using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Sleap.IO.Tests;

/// <summary>Programs that check what is written here.</summary>
internal static class OtherProgram
{
    /// <summary>What a script of tests/interop prints, which is JSON. build.cs installs h5py for it.</summary>
    public static JsonNode Python(string script, string path)
    {
        var (code, output) = Run("/usr/bin/python3", Path.Combine(TestFiles.Root, "tests", "interop", script), path);
        Assert.True(code == 0, output);
        return JsonNode.Parse(output)!;
    }

    /// <summary>Runs a program; what it prints, or its errors if it fails, and -1 where it is not installed.</summary>
    public static (int Code, string Output) Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true }
            )!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, process.ExitCode == 0 ? output : errors.Result);
        }
        catch (Win32Exception)
        {
            return (-1, "");
        }
    }
}
