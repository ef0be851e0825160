// Starts the page: one guard against double clicks, then every controller that the HTML names.
import { mount } from "frontrow/mounting";
import { sendFormsOnce } from "frontrow/submit-once";

sendFormsOnce(document);
mount(document);
