using System.Diagnostics;
using System.Text.RegularExpressions;
using Sleap.MLNet;
using Spectre.Console;

namespace Sleap.Cli.Tests;

public sealed partial class ProgressDisplayTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sleap-progress-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Each_network_has_a_bar_with_the_time_that_the_training_expects()
    {
        var drawn = Drawn(
            140,
            display =>
            {
                display.Report(Step("centroid", epoch: 1, step: 5));
                display.Report(Epoch("centroid", 4, isLast: true));
                display.Report(Step("centered_instance", epoch: 2, step: 5));
            }
        );
        Assert.Matches(@"100% +ETA 26:04:05 +centroid +epoch +4/4 +loss 0\.50000", drawn);
        // Of 4 epochs one and a half are done.
        Assert.Matches(@" 3[78]% +ETA 1:05 +centered_instance +epoch +2/4 +step +5/10", drawn);
    }

    [Theory]
    [InlineData(140, "50/100 frames (1 failed)  98 instances  24.5 frames/s")]
    [InlineData(60, "50/100 frames (1 failed…")]
    [InlineData(40, "50/…")]
    public void A_bar_never_takes_two_lines(int width, string expected)
    {
        var drawn = Drawn(width, display => display.Report(Prediction(49, 2, isLast: true)));
        Assert.All(drawn.Split('\n'), line => Assert.True(line.TrimEnd().Length <= width, line));
        Assert.Contains(expected, drawn);
        // It is drawn several times, and each is one line.
        Assert.All(
            drawn.Split('\n').Where(line => line.Trim().Length > 0),
            line => Assert.Matches("━ +50% ETA 1:02:05 50/", line)
        );
    }

    [Fact]
    public void A_terminal_without_room_for_a_bar_has_lines() =>
        Assert.Equal("", Drawn(39, display => display.Report(Prediction(49, 2, isLast: true))));

    [Fact]
    public void Messages_stand_above_the_bar_with_their_brackets()
    {
        var drawn = Drawn(
            100,
            display =>
            {
                display.Report(Prediction(10, 1));
                Terminal.Say("[red]video[1].mp4[/]: frame 3 could not be read");
                display.Report(Prediction(99, 4, isLast: true));
            }
        );
        var message = drawn.IndexOf("sleap: [red]video[1].mp4[/]: frame 3 could not be read", StringComparison.Ordinal);
        Assert.InRange(message, 0, drawn.LastIndexOf("100/100 frames", StringComparison.Ordinal));
    }

    /// <summary>As a person sees it: the program runs on a terminal of its own.</summary>
    [SkippableTheory]
    [InlineData("xterm-256color", "", true, true)]
    [InlineData("xterm-256color", "1", true, false)]
    [InlineData("dumb", "", false, false)]
    public void A_terminal_is_drawn_on_as_it_can_and_NO_COLOR_is_kept(string term, string noColor, bool bar, bool color)
    {
        Skip.IfNot(OperatingSystem.IsLinux() && File.Exists("/usr/bin/script"), "Needs a terminal, made by 'script'.");
        var program = $"dotnet {Path.Combine(AppContext.BaseDirectory, "sleap.dll")}";
        var start = new ProcessStartInfo(
            "script",
            [
                "-qec",
                $"{program} predict tests/data/small_robot.mp4 --model tests/golden/models/single_instance "
                    + $"--frames 0-3 --device cpu --out '{Path.Combine(_folder, "out[1].slp")}'",
                "/dev/null",
            ]
        )
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
            WorkingDirectory = Cli.Root,
            Environment = { ["TERM"] = term },
        };
        start.Environment.Remove("NO_COLOR");
        if (noColor.Length > 0)
            start.Environment["NO_COLOR"] = noColor;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, output);
        Assert.Contains("4/4 frames", output);
        Assert.Contains("out[1].slp", output);
        Assert.Equal(bar, output.Contains("━━━") && output.Contains("100%"));
        Assert.Equal(color, Color().IsMatch(output));
        if (!bar)
            Assert.DoesNotContain('\e', output);
    }

    [Fact]
    public void Where_output_is_redirected_there_are_lines()
    {
        var (code, output, error) = Cli.Run(
            "predict",
            "tests/data/small_robot.mp4",
            "--model",
            "tests/golden/models/single_instance",
            "--frames",
            "0-3",
            "--device",
            "cpu",
            "--out",
            Path.Combine(_folder, "out.slp")
        );
        Assert.Equal(0, code);
        Assert.Single(output.TrimEnd().Split('\n'));
        Assert.Matches(@"(?m)^4/4 frames  4 instances  [\d.]+ frames/s  ETA 0:00\r?$", error);
        Assert.DoesNotContain('\e', output + error);
    }

    private static string Drawn(int width, Action<ProgressDisplay> report)
    {
        var text = new StringWriter();
        var console = AnsiConsole.Create(
            new AnsiConsoleSettings
            {
                Ansi = AnsiSupport.Yes,
                ColorSystem = ColorSystemSupport.NoColors,
                Interactive = InteractionSupport.Yes,
                Out = new AnsiConsoleOutput(text),
            }
        );
        console.Profile.Width = width;
        using (var display = new ProgressDisplay(console))
            report(display);
        // Only the last drawing is left on a terminal, and what stands above it.
        return Escapes().Replace(text.ToString().Replace("\r", ""), "");
    }

    private static TrainingStep Step(string network, int epoch, int step) =>
        new(network, epoch, 4, step, 10, 0.125, 3.5, 5e-4, 12, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(65));

    private static TrainingProgress Epoch(string network, int epoch, bool isLast) =>
        new(
            network,
            epoch,
            4,
            10 * epoch,
            0.5,
            0.25,
            3.5,
            1e-3,
            true,
            12,
            TimeSpan.FromSeconds(5),
            new TimeSpan(26, 4, 5),
            isLast
        );

    private static PredictionProgress Prediction(int frames, double seconds, bool isLast = false) =>
        new(
            frames,
            1,
            100,
            2 * frames,
            frames / seconds,
            TimeSpan.FromSeconds(seconds),
            TimeSpan.FromSeconds(3725),
            isLast
        );

    [GeneratedRegex(@"\e\[[?\d;]*[A-Za-z]")]
    private static partial Regex Escapes();

    [GeneratedRegex(@"\e\[[\d;]*3[0-8][\d;]*m")]
    private static partial Regex Color();
}
