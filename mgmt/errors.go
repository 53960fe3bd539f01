package mgmt

import (
	"errors"
	"net/http"

	"github.com/hutchmq/hutchmq/amqp"
	"github.com/hutchmq/hutchmq/auth"
	"github.com/hutchmq/hutchmq/broker"
	"github.com/hutchmq/hutchmq/policy"
)

// fail answers with an error in RabbitMQ's shape. The reason is a sentence.
func fail(w http.ResponseWriter, status int, kind, reason string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	answerBody(w, map[string]string{"error": kind, "reason": reason})
}

func bad(w http.ResponseWriter, reason string) {
	fail(w, http.StatusBadRequest, "bad_request", reason)
}

// invalid refuses a policy, parameter or limit.
func invalid(w http.ResponseWriter, reason string) {
	bad(w, "Validation failed\n\n"+reason+"\n")
}

// notHere answers for a resource that is not there.
func notHere(w http.ResponseWriter, _ *http.Request) {
	fail(w, http.StatusNotFound, "Object Not Found", "Not Found")
}

// refuse answers a user who may not.
func refuse(w http.ResponseWriter, reason string) {
	fail(w, http.StatusUnauthorized, "not_authorised", reason)
}

func unknown(w http.ResponseWriter, reason string) {
	fail(w, http.StatusNotFound, "not_found", reason)
}

// done answers a change that was made, or the error that kept it from being
// made.
func done(w http.ResponseWriter, err error) {
	if err != nil {
		problem(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// put answers a PUT: 201 for what is new, 204 for what was there.
func put(w http.ResponseWriter, created bool, err error) {
	if err == nil && created {
		w.WriteHeader(http.StatusCreated)
		return
	}
	done(w, err)
}

// problem answers with what the broker says is wrong.
func problem(w http.ResponseWriter, err error) {
	if e, ok := errors.AsType[*amqp.Error](err); ok {
		reply(w, e)
		return
	}
	_, wrongLimit := errors.AsType[broker.LimitError](err)
	_, wrongParameter := errors.AsType[broker.ParameterError](err)
	_, wrongPolicy := errors.AsType[*policy.Invalid](err)
	_, wrongSetting := errors.AsType[broker.InvalidError](err)
	_, protected := errors.AsType[broker.ProtectedError](err)
	switch {
	case wrongLimit, wrongParameter:
		invalid(w, err.Error())
	case wrongPolicy, wrongSetting:
		bad(w, err.Error())
	case protected:
		fail(w, http.StatusPreconditionFailed, "precondition_failed", err.Error())
	case errors.Is(err, broker.ErrCannotAmend):
		bad(w, err.Error())
	case errors.Is(err, auth.ErrNoUser):
		unknown(w, "user_not_found")
	case errors.Is(err, broker.ErrCannotPause), errors.Is(err, broker.ErrCannotBrowse):
		fail(w, http.StatusNotImplemented, "not_implemented", err.Error())
	default:
		fail(w, http.StatusInternalServerError, "internal_server_error", err.Error())
	}
}

// reply answers with an error that an AMQP client would have got.
func reply(w http.ResponseWriter, e *amqp.Error) {
	switch {
	case e.Code == amqp.NotAllowed: // a vhost that is not for the user, or has as much as it may
		refuse(w, e.Reason)
	case e.Code == amqp.NotFound:
		unknown(w, e.Reason)
	case e.Code == amqp.AccessRefused:
		refuse(w, "Access refused.")
	case e.Code == amqp.InternalError:
		fail(w, http.StatusInternalServerError, "internal_server_error", e.Reason)
	default:
		bad(w, e.Reason)
	}
}
