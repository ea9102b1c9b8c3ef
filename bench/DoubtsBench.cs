using System.Globalization;
using Microsoft.ML;
using Sleap.IO;
using Sleap.MLNet;
using Sleap.Transforms;

namespace Sleap.Bench;

/// <summary>
/// Plants faults into the labels of a recording, trains a model on them, and counts how many of the faults are among the
/// first that <c>pose.Check(labels, predictions)</c> names. Usage: doubts [flies|pair] [--seeds N] [--seed FIRST]
/// [--steps N].
/// </summary>
internal static class DoubtsBench
{
    private const int OfEachKind = 6;

    public static int Run(string[] words)
    {
        var recording = words.Contains("pair") ? Recording.Pair : Recording.Flies;
        var (seeds, first, steps) = (
            Recording.Number(words, "--seeds", 1),
            Recording.Number(words, "--seed", 1),
            Recording.Number(words, "--steps", 500)
        );
        var frames = recording.Truth.Values.Where(frame => frame.FrameIndex < recording.Pool).ToList();
        LabeledFrame[] chosen = [.. Enumerable.Range(0, 100).Select(i => frames[i * frames.Count / 100])];
        for (var seed = first; seed < first + seeds; seed++)
        {
            var (labels, faults) = Plant(chosen, new Random(seed));
            var pose = new MLContext(seed).Pose();
            using var model = recording.TopDown(pose, pose.FromLabels(labels), seed, steps);
            var predicted = pose.Predict(model, pose.FromLabels(labels)).Labels!;
            var findings = pose.Check(labels, predicted);
            var isFound = new bool[faults.Count];
            var most = 2 * faults.Count;
            foreach (var finding in findings.Take(most))
            {
                for (var i = 0; i < faults.Count; i++)
                    isFound[i] |= faults[i].IsNamedBy(finding);
            }

            var kinds = faults
                .Index()
                .GroupBy(fault => fault.Item.Rule)
                .Select(kind => $"{kind.Key} {kind.Count(fault => isFound[fault.Index])} of {kind.Count()}");
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"  seed {seed}: {isFound.Count(found => found)} of {faults.Count} faults in the first "
                        + $"{most} of {findings.Count} findings: {string.Join(", ", kinds)}"
                )
            );
            if (words.Contains("--list"))
            {
                foreach (var finding in findings.Take(most))
                {
                    Console.WriteLine(
                        $"    {(faults.Any(fault => fault.IsNamedBy(finding)) ? "+" : " ")} {finding.Doubt:0.00} {finding.Rule} "
                            + $"frame {finding.FrameIndex} instance {finding.Instance} {finding.Node} {finding.Message}"
                    );
                }
            }
        }
        return 0;
    }

    private static (Labels Labels, List<Fault> Faults) Plant(LabeledFrame[] frames, Random random)
    {
        // One fault a frame, so that each is counted once.
        int[] places = [.. Enumerable.Range(0, frames.Length)];
        random.Shuffle(places);
        var changed = frames.ToArray();
        List<Fault> faults = [];
        CheckRule[] rules =
        [
            CheckRule.DisplacedNode,
            CheckRule.ExchangedNodes,
            CheckRule.ForgottenInstance,
            CheckRule.RepeatedInstance,
        ];
        for (var i = 0; i < rules.Length * OfEachKind; i++)
        {
            var (frame, rule) = (frames[places[i]], rules[i % rules.Length]);
            List<Instance> instances = [.. frame.Instances];
            var at = random.Next(instances.Count);
            var instance = instances[at];
            var points = instance.Points.ToArray();
            var skeleton = instance.Skeleton;
            int[] visible = [.. Enumerable.Range(0, points.Length).Where(node => !points[node].IsMissing)];
            var size = Math.Max(
                visible.Max(node => points[node].X) - visible.Min(node => points[node].X),
                visible.Max(node => points[node].Y) - visible.Min(node => points[node].Y)
            );
            string[] nodes = [];
            switch (rule)
            {
                case CheckRule.DisplacedNode:
                    var moved = visible[random.Next(visible.Length)];
                    var (angle, distance) = (
                        random.NextDouble() * 2 * Math.PI,
                        size * (0.2 + 0.3 * random.NextDouble())
                    );
                    points[moved] = points[moved] with
                    {
                        X = points[moved].X + distance * Math.Cos(angle),
                        Y = points[moved].Y + distance * Math.Sin(angle),
                    };
                    nodes = [skeleton.Nodes[moved]];
                    break;
                case CheckRule.ExchangedNodes:
                    // Left and right by their names.
                    var pairs = Enumerable
                        .Range(0, points.Length)
                        .Where(node => skeleton.Nodes[node].Contains('L', StringComparison.Ordinal))
                        .Select(node => (Left: node, Right: skeleton.IndexOf(skeleton.Nodes[node].Replace('L', 'R'))))
                        .Where(pair => visible.Contains(pair.Left) && pair.Right >= 0 && visible.Contains(pair.Right))
                        .ToList();
                    if (pairs.Count == 0)
                        continue;
                    var (left, right) = pairs[random.Next(pairs.Count)];
                    (points[left], points[right]) = (points[right], points[left]);
                    nodes = [skeleton.Nodes[left], skeleton.Nodes[right]];
                    break;
                case CheckRule.RepeatedInstance:
                    for (var node = 0; node < points.Length; node++)
                    {
                        if (!points[node].IsMissing)
                        {
                            points[node] = points[node] with
                            {
                                X = points[node].X + 0.05 * size * (random.NextDouble() - 0.5),
                                Y = points[node].Y + 0.05 * size * (random.NextDouble() - 0.5),
                            };
                        }
                    }

                    instances.Add(new Instance { Skeleton = skeleton, Points = [.. points] });
                    break;
            }
            if (rule == CheckRule.ForgottenInstance)
            {
                instances.RemoveAt(at);
            }
            else if (rule != CheckRule.RepeatedInstance)
            {
                instances[at] = new Instance
                {
                    Skeleton = skeleton,
                    Points = [.. points],
                    Track = instance.Track,
                };
            }

            changed[places[i]] = new LabeledFrame
            {
                Video = frame.Video,
                FrameIndex = frame.FrameIndex,
                Instances = [.. instances],
            };
            faults.Add(new(rule, frame.FrameIndex, rule == CheckRule.ForgottenInstance ? null : at, nodes));
        }
        return (new Labels(changed), faults);
    }

    private sealed record Fault(CheckRule Rule, int Frame, int? Instance, string[] Nodes)
    {
        // A person who looks at the instance sees the fault, whatever it is called.
        public bool IsNamedBy(LabelFinding finding) =>
            finding.FrameIndex == Frame
            && Rule switch
            {
                CheckRule.ForgottenInstance => finding.Rule == Rule,
                CheckRule.RepeatedInstance => finding.Rule == Rule,
                _ => finding.Instance == Instance
                    && finding.Rule is CheckRule.DisplacedNode or CheckRule.ExchangedNodes
                    && Array.Exists(
                        Nodes,
                        node => node == finding.Node || finding.Message.Contains(node, StringComparison.Ordinal)
                    ),
            };
    }
}
