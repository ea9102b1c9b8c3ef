using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using Sleap.IO;
using Sleap.Studio;

namespace Sleap.Cli;

/// <summary><c>sleap studio FILE...</c>: labels, videos and predictions in the browser.</summary>
internal static class StudioVerb
{
    private const int MaxPort = 65535;
    private const int MaxIdleMinutes = 10_000_000;

    public static Command Create()
    {
        var named = new Argument<string[]>("files")
        {
            Description = "Labels or predictions of any format that is read, videos, folders of images.",
            Arity = ArgumentArity.OneOrMore,
        };
        var videos = new Option<string[]>("--videos")
        {
            Description = "Folders to look for videos in that are not where the labels say.",
        };
        var models = new Option<string[]>("--model")
        {
            Description =
                "Models that predict and are trained further, beside those in the folder of the labels: a model.zip, or "
                + "a model folder of SLEAP; several times for several.",
        };
        var port = new Option<int>("--port")
        {
            Description = "The port on this machine; default any that is free.",
            HelpName = "PORT",
        };
        var noBrowser = new Option<bool>("--no-browser")
        {
            Description = "Print the address only, as for a port that is forwarded to another machine.",
        };
        var idle = new Option<double?>("--idle-minutes")
        {
            Description = "Stop after so many minutes without a request; default never.",
            HelpName = "MINUTES",
        };
        var verb = new Command(
            "studio",
            "Opens a page in the browser to look at and edit labels of videos, on this machine only.\n"
                + "Example: sleap studio labels.slp"
        )
        {
            named,
            videos,
            models,
            port,
            noBrowser,
            idle,
            PrefixMap.Option,
        };
        verb.SetAction(
            async (parsed, _) =>
            {
                var number = parsed.GetValue(port);
                if (number is < 0 or > MaxPort)
                    throw new ArgumentException($"--port is {number}, expected 1 to {MaxPort}.");
                if (parsed.GetValue(idle) is not (null or (> 0 and <= MaxIdleMinutes)))
                {
                    throw new ArgumentException(
                        $"--idle-minutes must be greater than 0 and at most {MaxIdleMinutes:N0}."
                    );
                }
                var files = parsed.GetRequiredValue(named);
                if (files.FirstOrDefault(IsModel) is { } model)
                    throw new ArgumentException($"{model} is a model; give labels, predictions or videos.");
                var options = parsed.Reading() with { SearchFolders = parsed.GetValue(videos) ?? [] };
                var tool = Tool(parsed.GetValue(models) ?? []);
                using var project = OpenedProject.Open(files, options);
                using var interruption = new Interruption("stopping");
                await using var server = await StudioServer.StartAsync(project, number, tool);
                foreach (var remark in project.Remarks)
                    Terminal.Say($"{project.Name}: {remark}");
                Console.WriteLine($"{project.Name} is open at");
                Console.WriteLine($"  {server.Address}");
                Console.WriteLine("Ctrl+C stops. From another machine, forward the port and open the same address:");
                Console.WriteLine($"  ssh -L {server.Port}:127.0.0.1:{server.Port} {Environment.MachineName}");
                if (!parsed.GetValue(noBrowser) && !OpenBrowser(server.NewAddressForBrowser()))
                    Console.WriteLine("No browser was found on this machine.");
                var minutes = parsed.GetValue(idle);
                if (await server.RunAsync(minutes is { } most ? TimeSpan.FromMinutes(most) : null, interruption.Token))
                    Terminal.Say($"stopped: no request for {minutes} minutes.");
                return 0;
            }
        );
        return verb;
    }

    /// <summary>This program, to be started again for what takes long.</summary>
    private static StudioTool Tool(string[] models)
    {
        if (models.FirstOrDefault(path => !File.Exists(path) && !Directory.Exists(path)) is { } missing)
            throw new FileNotFoundException($"There is no model '{missing}'.", missing);
        var program = Environment.ProcessPath!;
        var isHost = Path.GetFileNameWithoutExtension(program).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
        return new StudioTool(
            program,
            isHost ? [typeof(StudioVerb).Assembly.Location] : [],
            [.. ProposedOptions.Types],
            [.. models.Select(path => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)))]
        );
    }

    private static bool IsModel(string file) =>
        Path.GetExtension(file).Equals(".zip", StringComparison.OrdinalIgnoreCase) || ModelLoader.IsSleapFolder(file);

    private static bool OpenBrowser(string address)
    {
        if (OperatingSystem.IsWindows())
            return Start(new ProcessStartInfo(address) { UseShellExecute = true });
        var isShown =
            OperatingSystem.IsMacOS()
            || Environment.GetEnvironmentVariable("DISPLAY") is { Length: > 0 }
            || Environment.GetEnvironmentVariable("WAYLAND_DISPLAY") is { Length: > 0 };
        return isShown
            && ProgramPath.Find(OperatingSystem.IsMacOS() ? "open" : "xdg-open") is { } opener
            && Start(
                new ProcessStartInfo(opener, [address]) { RedirectStandardOutput = true, RedirectStandardError = true }
            );
    }

    private static bool Start(ProcessStartInfo program)
    {
        try
        {
            using var process = Process.Start(program);
            return true;
        }
        catch (Exception fault) when (fault is Win32Exception or IOException)
        {
            return false;
        }
    }
}
