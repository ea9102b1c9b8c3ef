// What TorchSharp needs of libtorch, through the dispatcher: find an operator by its schema's name, call it with
// boxed values, read the results. A handle is a TensorImpl* that owns one reference. Nothing here keeps state
// between calls but the last error of each thread, so any number of threads may call at once.
#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/utils.h>
#include <torch/csrc/autograd/saved_variable.h>
#include <torch/cuda.h>
#include <torch/utils.h>
#include <torch/version.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#define EXPORT extern "C" __attribute__((visibility("default")))

using Handle = c10::TensorImpl*;

// ---- values, as Value.cs lays them out -------------------------------------------------------------------------

enum Kind : int32_t { None, TensorValue, Int, Double, Bool, Ints, Doubles, Tensors, OptionalTensors, Text, DeviceValue, GeneratorValue };

struct Value {
    int32_t kind;
    int32_t count;
    union { int64_t i; double d; const void* p; };
};

struct Operator {
    c10::OperatorHandle handle;
    std::vector<c10::IValue> defaults;  // one an argument; None where the schema has no default
};

struct Description {
    const int64_t* sizes;
    const int64_t* strides;
    void* data;
    int64_t numel, storage_offset;
    int32_t rank, dtype, device_type, device_index, item_size;
    uint8_t contiguous, requires_grad, leaf, sparse, defined_grad;
};

static thread_local std::string last_error;

template <class F> static auto guarded(F body, decltype(body()) failed) -> decltype(body()) {
    try {
        return body();
    } catch (const c10::Error& e) {
        last_error = e.what_without_backtrace();
    } catch (const std::exception& e) {
        last_error = e.what();
    } catch (...) {
        last_error = "libtorch threw something that is not a std::exception";
    }
    return failed;
}

template <class F> static int status(F body) { return guarded([&] { body(); return 0; }, -1); }

static at::Tensor borrow(Handle h) { return h ? at::Tensor(c10::intrusive_ptr<c10::TensorImpl>::reclaim_copy(h)) : at::Tensor(); }

static Handle give(at::Tensor t) { return t.defined() ? t.unsafeReleaseIntrusivePtr().release() : nullptr; }

static c10::GeneratorImpl* give(at::Generator g) { return c10::intrusive_ptr<c10::GeneratorImpl>(g.getIntrusivePtr()).release(); }

static std::vector<at::Tensor> borrow(const Handle* handles, int64_t count) {
    std::vector<at::Tensor> tensors;
    tensors.reserve(count);
    for (int64_t i = 0; i < count; i++) tensors.push_back(borrow(handles[i]));
    return tensors;
}

static c10::IValue unpack(const Value& v) {
    switch (v.kind) {
        case None: return {};
        case TensorValue: return borrow((Handle)v.p);
        case Int: return v.i;
        case Double: return v.d;
        case Bool: return v.i != 0;
        case Ints: return at::IntArrayRef((const int64_t*)v.p, v.count);
        case Doubles: return at::ArrayRef<double>((const double*)v.p, v.count);
        case Tensors: return borrow((const Handle*)v.p, v.count);
        case OptionalTensors: {
            // Named through what reads it: the optional in it is c10's or the standard library's, as the version has it.
            decltype(std::declval<c10::IValue>().toOptionalTensorList()) list;
            using Item = typename decltype(list)::value_type;
            for (int i = 0; i < v.count; i++) {
                auto h = ((const Handle*)v.p)[i];
                list.push_back(h ? Item(borrow(h)) : Item());
            }
            return list;
        }
        case Text: return std::string((const char*)v.p, v.count);
        case DeviceValue: return c10::Device((c10::DeviceType)v.count, (c10::DeviceIndex)v.i);
        case GeneratorValue: return at::Generator(c10::intrusive_ptr<c10::GeneratorImpl>::reclaim_copy((c10::GeneratorImpl*)v.p));
    }
    TORCH_CHECK(false, "unknown kind of value: ", v.kind);
}

static Value pack(c10::IValue&& v) {
    Value out{None, 0, {0}};
    if (v.isTensor()) { out.kind = TensorValue; out.p = give(std::move(v).toTensor()); }
    else if (v.isInt()) { out.kind = Int; out.i = v.toInt(); }
    else if (v.isDouble()) { out.kind = Double; out.d = v.toDouble(); }
    else if (v.isBool()) { out.kind = Bool; out.i = v.toBool(); }
    else if (v.isTensorList()) {
        auto list = std::move(v).toTensorVector();
        auto handles = (Handle*)std::malloc(sizeof(Handle) * (list.size() + 1));
        for (size_t i = 0; i < list.size(); i++) handles[i] = give(std::move(list[i]));
        out.kind = Tensors; out.count = (int32_t)list.size(); out.p = handles;
    }
    else TORCH_CHECK(v.isNone(), "a result of type ", v.tagKind(), " is not read");
    return out;
}

// ---- operators -------------------------------------------------------------------------------------------------

EXPORT const char* boxed_error() { return last_error.c_str(); }

EXPORT Operator* boxed_find(const char* name, const char* overload) {
    return guarded([&] {
        auto found = c10::Dispatcher::singleton().findSchemaOrThrow(name, overload);
        auto op = new Operator{found, {}};
        for (const auto& argument : found.schema().arguments())
            op->defaults.push_back(argument.default_value().value_or(c10::IValue()));
        return op;
    }, (Operator*)nullptr);
}

// Calls op; arguments that are not given take the schema's defaults. Returns the number of results, -1 on error.
// With room 0 the results are dropped, as in-place operators want it.
EXPORT int boxed_call(const Operator* op, const Value* arguments, int count, Value* results, int room) {
    return guarded([&] {
        torch::jit::Stack stack;
        stack.reserve(op->defaults.size());
        for (int i = 0; i < count; i++) stack.push_back(unpack(arguments[i]));
        for (size_t i = count; i < op->defaults.size(); i++) stack.push_back(op->defaults[i]);
        op->handle.callBoxed(stack);
        if (room == 0) return 0;
        TORCH_CHECK(stack.size() <= (size_t)room, "more results than expected");
        for (size_t i = 0; i < stack.size(); i++) results[i] = pack(std::move(stack[i]));
        return (int)stack.size();
    }, -1);
}

EXPORT void boxed_free(void* memory) { std::free(memory); }

// ---- tensors ---------------------------------------------------------------------------------------------------

EXPORT void boxed_release(Handle h) { c10::intrusive_ptr<c10::TensorImpl>::reclaim(h); }

EXPORT int boxed_describe(Handle h, Description* d) {
    return status([&] {
        auto t = borrow(h);
        bool strided = t.layout() == at::kStrided;
        d->sizes = t.sizes().data();
        d->strides = strided ? t.strides().data() : nullptr;
        d->data = strided && t.has_storage() && !t.is_meta() ? t.data_ptr() : nullptr;
        d->numel = t.numel();
        d->storage_offset = strided ? t.storage_offset() : 0;
        d->rank = (int32_t)t.dim();
        d->dtype = (int32_t)t.scalar_type();
        d->device_type = (int32_t)t.device().type();
        d->device_index = t.device().index();
        d->item_size = (int32_t)t.element_size();
        d->contiguous = strided && t.is_contiguous();
        d->requires_grad = t.requires_grad();
        d->leaf = t.is_leaf();
        d->sparse = t.is_sparse();
        d->defined_grad = t.is_leaf() && t.grad().defined();
    });
}

EXPORT int boxed_set_requires_grad(Handle h, int on) { return status([&] { borrow(h).set_requires_grad(on != 0); }); }

EXPORT int boxed_retain_grad(Handle h) { return status([&] { borrow(h).retain_grad(); }); }

EXPORT Handle boxed_get_grad(Handle h) { return guarded([&] { return give(borrow(h).grad()); }, (Handle)nullptr); }

EXPORT int boxed_set_grad(Handle h, Handle grad) { return status([&] { borrow(h).mutable_grad() = borrow(grad); }); }

// ---- autograd --------------------------------------------------------------------------------------------------

EXPORT int boxed_backward(const Handle* roots, int root_count, const Handle* grads, int grad_count, int retain, int create, const Handle* inputs, int input_count) {
    return status([&] {
        auto seeds = grad_count ? borrow(grads, grad_count) : std::vector<at::Tensor>();
        torch::autograd::backward(borrow(roots, root_count), seeds, retain != 0, create != 0, borrow(inputs, input_count));
    });
}

EXPORT int boxed_gradients(const Handle* outputs, int output_count, const Handle* inputs, int input_count, const Handle* grads, int grad_count, int retain, int create, int allow_unused, Handle* results) {
    return status([&] {
        auto gradients = torch::autograd::grad(borrow(outputs, output_count), borrow(inputs, input_count),
            borrow(grads, grad_count), retain != 0, create != 0, allow_unused != 0);
        for (size_t i = 0; i < gradients.size(); i++) results[i] = give(gradients[i]);
    });
}

// A function whose way back is managed code. What it saved is kept as libtorch's own functions keep it, so that an output among it makes no circle.
using Backward = int (*)(void* context, const void* node, const Handle* grads, int count, Handle* results, int room);
using Release = void (*)(void* context);

struct ManagedFunction : torch::autograd::Node {
    void* context;
    Backward backward;
    Release release;
    std::vector<torch::autograd::SavedVariable> saved;

    ManagedFunction(void* c, Backward b, Release r) : context(c), backward(b), release(r) {}

    ~ManagedFunction() override { release(context); }

    void release_variables() override { saved.clear(); }

    torch::autograd::variable_list apply(torch::autograd::variable_list&& grads) override {
        std::vector<Handle> given, results(num_outputs());
        for (size_t i = 0; i < grads.size(); i++) {
            if (!grads[i].defined()) grads[i] = input_metadata(i).zeros_like();
            given.push_back(give(grads[i]));
        }
        if (backward(context, this, given.data(), (int)given.size(), results.data(), (int)results.size()) < 0)
            throw std::runtime_error("the way back of a function threw an exception");
        torch::autograd::variable_list gradients;
        for (auto h : results) gradients.push_back(h ? at::Tensor(c10::intrusive_ptr<c10::TensorImpl>::reclaim(h)) : at::Tensor());
        return gradients;
    }
};

// Makes the output the function's of the inputs. Nothing happens, and 0 is returned, where no gradient is asked for; then the context is still the caller's.
EXPORT int boxed_connect(const Handle* inputs, int input_count, Handle output, const Handle* kept, int kept_count, void* context, Backward backward, Release release) {
    return guarded([&] {
        auto variables = borrow(inputs, input_count);
        if (!torch::autograd::compute_requires_grad(at::TensorList(variables))) return 0;
        std::shared_ptr<ManagedFunction> node(new ManagedFunction(context, backward, release), torch::autograd::deleteNode);
        node->set_next_edges(torch::autograd::collect_next_edges(variables));
        auto result = borrow(output);
        torch::autograd::set_history(result, node);
        for (int i = 0; i < kept_count; i++) node->saved.emplace_back(borrow(kept[i]), kept[i] == output);
        return 1;
    }, -1);
}

EXPORT int boxed_saved(const void* node, Handle* results) {
    return status([&] {
        auto self = std::static_pointer_cast<ManagedFunction>(((ManagedFunction*)node)->shared_from_this());
        TORCH_CHECK(!self->saved.empty(), "what was saved for the way back is gone: it was gone already once, without retain_graph");
        for (size_t i = 0; i < self->saved.size(); i++) results[i] = give(self->saved[i].unpack(self));
    });
}

EXPORT int boxed_grad_mode() { return at::GradMode::is_enabled(); }

EXPORT void boxed_set_grad_mode(int on) { at::GradMode::set_enabled(on != 0); }

EXPORT c10::InferenceMode* boxed_enter_inference(int on) { return new c10::InferenceMode(on != 0); }

EXPORT void boxed_leave_inference(c10::InferenceMode* mode) { delete mode; }

EXPORT int boxed_inference_mode() { return c10::InferenceMode::is_enabled(); }

// ---- random numbers --------------------------------------------------------------------------------------------

EXPORT int boxed_manual_seed(uint64_t seed) { return status([&] { torch::manual_seed(seed); }); }

EXPORT c10::GeneratorImpl* boxed_default_generator() {
    return guarded([&] { return give(at::detail::getDefaultCPUGenerator()); }, (c10::GeneratorImpl*)nullptr);
}

EXPORT c10::GeneratorImpl* boxed_new_generator(uint64_t seed) {
    return guarded([&] { return give(at::make_generator<at::CPUGeneratorImpl>(seed)); }, (c10::GeneratorImpl*)nullptr);
}

EXPORT void boxed_release_generator(c10::GeneratorImpl* g) { c10::intrusive_ptr<c10::GeneratorImpl>::reclaim(g); }

EXPORT int boxed_seed_generator(c10::GeneratorImpl* g, uint64_t seed) {
    return status([&] { std::lock_guard<std::mutex> lock(g->mutex_); g->set_current_seed(seed); });
}

EXPORT uint64_t boxed_generator_seed(c10::GeneratorImpl* g) { return g->current_seed(); }

// ---- the machine -----------------------------------------------------------------------------------------------

EXPORT const char* boxed_version() { return TORCH_VERSION; }

EXPORT int boxed_threads() { return at::get_num_threads(); }

EXPORT int boxed_set_threads(int count) { return status([&] { at::set_num_threads(count); }); }

EXPORT int boxed_interop_threads() { return at::get_num_interop_threads(); }

EXPORT int boxed_set_interop_threads(int count) { return status([&] { at::set_num_interop_threads(count); }); }

EXPORT int boxed_cuda_devices() { return guarded([&] { return (int)torch::cuda::device_count(); }, 0); }

EXPORT int boxed_cudnn() { return guarded([&] { return (int)torch::cuda::cudnn_is_available(); }, 0); }

EXPORT int boxed_cuda_synchronize(int64_t index) { return status([&] { torch::cuda::synchronize(index); }); }

// ---- Adam and AdamW in one pass over the memory ----------------------------------------------------------------

struct AdamStep {
    double rate, beta1, beta2, epsilon, weight_decay;
    int32_t decoupled, maximize;
};

static void adam(float* p, const float* g, float* m, float* v, float* top, int64_t n, int64_t step, const AdamStep& s) {
    const float beta1 = (float)s.beta1, beta2 = (float)s.beta2, rest1 = (float)(1 - s.beta1), rest2 = (float)(1 - s.beta2);
    const float rate = (float)(s.rate / (1 - std::pow(s.beta1, (double)step)));
    const float correction = (float)std::sqrt(1 - std::pow(s.beta2, (double)step)), epsilon = (float)s.epsilon;
    const float shrink = s.decoupled ? (float)(1 - s.rate * s.weight_decay) : 1.f;
    const float decay = s.decoupled ? 0.f : (float)s.weight_decay, sign = s.maximize ? -1.f : 1.f;
    auto update = [&](int64_t i) {
        const float w = p[i] * shrink, d = sign * g[i] + decay * w;
        m[i] = m[i] * beta1 + d * rest1;
        v[i] = v[i] * beta2 + d * d * rest2;
        return w;
    };
    if (top)
        for (int64_t i = 0; i < n; i++) {
            const float w = update(i);
            top[i] = std::max(top[i], v[i]);
            p[i] = w - rate * m[i] / (std::sqrt(top[i]) / correction + epsilon);
        }
    else
        for (int64_t i = 0; i < n; i++) {
            const float w = update(i);
            p[i] = w - rate * m[i] / (std::sqrt(v[i]) / correction + epsilon);
        }
}

// 1: done, 0: not for this memory (another device, type or layout; nothing was touched), -1: error.
EXPORT int boxed_adam(Handle param, Handle grad, Handle average, Handle square, Handle top, int64_t step, const AdamStep* s) {
    return guarded([&] {
        auto p = borrow(param);
        for (auto h : {param, grad, average, square, top}) {
            if (!h) continue;
            auto t = borrow(h);
            if (!t.device().is_cpu() || t.scalar_type() != at::kFloat || t.layout() != at::kStrided || !t.is_non_overlapping_and_dense()
                || t.sizes() != p.sizes() || t.strides() != p.strides()) return 0;
        }
        auto memory = [](Handle h) { return h ? (float*)borrow(h).data_ptr() : nullptr; };
        adam(memory(param), memory(grad), memory(average), memory(square), memory(top), p.numel(), step, *s);
        // Autograd must notice a saved tensor that changed under it, as it does with in-place operators.
        p.unsafeGetTensorImpl()->bump_version();
        return 1;
    }, -1);
}
