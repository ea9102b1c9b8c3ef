using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Sleap.MLNet;
using Sleap.Transforms;

namespace Sleap.Cli;

/// <summary><c>sleap forecast LABELS</c>: what more labels would bring.</summary>
internal static class ForecastVerb
{
    public static Command Create()
    {
        var labels = new Argument<string>("labels") { Description = "Labeled frames of any format that is read." };
        var type = new Option<string?>("--type")
        {
            Description = "The model type; default: the one that suits the labels.",
        };
        type.AcceptOnlyFromAmong([.. ProposedOptions.Types]);
        var more = new Option<int[]>("--more")
        {
            Description = "Numbers of additional labeled frames to forecast for.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [20, 50, 100],
        };
        var steps = new Option<int?>("--steps")
        {
            Description = "Optimizer steps of each training; default: a third of a whole training.",
        };
        var repeats = new Option<int>("--repeats")
        {
            Description = "Trainings with each number of frames.",
            DefaultValueFactory = _ => new ForecastOptions().Repeats,
        };
        var seed = new Option<int>("--seed")
        {
            Description = "Seed of the choice of frames and of the trainings.",
            DefaultValueFactory = _ => new ForecastOptions().Seed,
        };
        var (predictions, json) = (VerbOutput.UsePredictions(), VerbOutput.Json());
        var verb = new Command(
            "forecast",
            "What more labels would bring: trains for a short time on a quarter, half and all of the labels, and goes on "
                + "from their errors.\nExample: sleap forecast labels.slp --more 60"
        )
        {
            labels,
            type,
            more,
            steps,
            repeats,
            seed,
            predictions,
            PrefixMap.Option,
            json,
        };
        verb.SetAction(parsed =>
        {
            var numbers = parsed.GetRequiredValue(more);
            if (numbers.FirstOrDefault(number => number < 0) is < 0 and var wrong)
                throw new ArgumentException($"{more.Name} is {wrong}, expected 0 or more.");
            using var interruption = new Interruption("ending after this step");
            var pose = VerbOutput.Context(parsed.GetValue(seed)).Pose();
            var view = pose.LoadLabels(
                parsed.GetRequiredValue(labels),
                VerbOutput.LabelsOf(parsed.GetValue(predictions)) with
                {
                    Reading = parsed.Reading(),
                }
            );
            var options = new ForecastOptions
            {
                Repeats = parsed.GetValue(repeats),
                Steps = parsed.GetValue(steps),
                Seed = parsed.GetValue(seed),
                CancellationToken = interruption.Token,
            };
            var clock = Stopwatch.StartNew();
            var (done, all) = (0, options.Shares.Count * options.Repeats);
            Terminal.Say($"{all} short trainings; the time left is known after the first.");
            var forecast = pose.Forecast(
                view,
                ProposedOptions.Of(pose, view, parsed.GetValue(type)),
                options with
                {
                    Measured = new Said(one =>
                    {
                        done++;
                        var left = clock.Elapsed * ((double)(all - done) / done);
                        Terminal.Say(
                            string.Create(
                                CultureInfo.InvariantCulture,
                                $"training {done} of {all}: {one.Labels} frames, {one.Error:0.00} px"
                            ) + (done < all ? $", at most {left.TotalMinutes:0.0} min left" : "")
                        );
                    }),
                }
            );
            var report = new JsonObject
            {
                ["measured"] = new JsonArray([
                    .. forecast.Measured.Select(one => new JsonObject
                    {
                        ["labels"] = one.Labels,
                        ["error_px"] = VerbOutput.Number(one.Error),
                        ["found"] = VerbOutput.Number(one.Found),
                    }),
                ]),
                ["per_doubling"] = VerbOutput.Number(forecast.PerDoubling),
                ["forecast"] = new JsonArray([
                    .. numbers.Select(number =>
                    {
                        var (error, low, high) = forecast.At(forecast.Labels + number);
                        return new JsonObject
                        {
                            ["more"] = number,
                            ["error_px"] = VerbOutput.Number(error),
                            ["low_px"] = VerbOutput.Number(low),
                            ["high_px"] = VerbOutput.Number(high),
                        };
                    }),
                ]),
            };
            VerbOutput.Write(
                parsed.GetValue(json),
                report,
                [
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"mean error of short trainings, with the interval of 90 %; twice as many labels: "
                            + $"{forecast.PerDoubling:0.00} times the error"
                    ),
                    .. numbers.Order().Prepend(0).Distinct().Select(forecast.Say),
                ]
            );
            return 0;
        });
        return verb;
    }

    private sealed class Said(Action<MeasuredError> say) : IProgress<MeasuredError>
    {
        public void Report(MeasuredError value) => say(value);
    }
}
